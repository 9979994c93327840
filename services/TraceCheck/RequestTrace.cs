namespace InferenceTracing.TraceCheck;

/// <summary>
/// What the trace of one classified photograph must hold: docs/telemetry.md's tree as a list of spans, each with its parent. One place says it;
/// the local runner, the load generator and the tests ask here.
/// </summary>
public sealed class RequestTrace
{
    private const string Infer = "POST /v2/models/{model}/infer";

    private readonly List<ExpectedSpan> _expected;

    private RequestTrace(IEnumerable<ExpectedSpan> expected) => _expected = [.. expected];

    /// <summary>How many spans a complete trace has at least: a request that had to wait has one more for each wait.</summary>
    public int SpanCount => _expected.Count(span => span.Wait is null);

    /// <summary>The trace of a request whose members <paramref name="members"/> all answered.</summary>
    /// <param name="members">The members' service names.</param>
    /// <param name="route">The edge's route: <c>/preprocessing</c> or <c>/v1/classify</c>.</param>
    /// <param name="caller">The service whose own client span is the root, above the edge's: <c>loadgen</c>; null where the edge's is.</param>
    public static RequestTrace Of(IReadOnlyList<string> members, string route = "/preprocessing", string? caller = null)
    {
        ArgumentNullException.ThrowIfNull(members);

        var root = caller is null ? null : new ExpectedSpan(caller, $"POST {route}", "client", null);
        var edge = new ExpectedSpan("preprocessing", $"POST {route}", "server", root);
        var toGateway = new ExpectedSpan("preprocessing", Infer, "client", edge);
        var gateway = new ExpectedSpan("gateway", Infer, "server", toGateway);
        var toEnsemble = new ExpectedSpan("gateway", Infer, "client", gateway);
        var ensemble = new ExpectedSpan("ensemble", Infer, "server", toEnsemble);

        List<ExpectedSpan> expected =
        [
            .. root is null ? Array.Empty<ExpectedSpan>() : [root],
            edge,
            new("preprocessing", "edge.upload", "internal", edge),
            // For a place, and for a decoder: only where one had to wait.
            new("preprocessing", "edge.queue", "internal", edge, Wait: 1),
            new("preprocessing", "edge.queue", "internal", edge, Wait: 2),
            new("preprocessing", "image.inspect", "internal", edge),
            new("preprocessing", "image.preprocess", "internal", edge),
            toGateway,
            gateway,
            toEnsemble,
            ensemble,
            new("ensemble", "ensemble.combine", "internal", ensemble),
        ];

        foreach (var member in members)
        {
            var toMember = new ExpectedSpan("ensemble", Infer, "client", ensemble, For: member);
            var server = new ExpectedSpan(member, Infer, "server", toMember);
            expected.AddRange([toMember, server, new(member, "inference.queue", "internal", server), new(member, "inference.run", "internal", server)]);
        }

        return new RequestTrace(expected);
    }

    /// <summary>What is wrong with a trace, a line each: spans that are missing, hang on the wrong parent, or should not be there. Empty when complete.</summary>
    public IReadOnlyList<string> Problems(IReadOnlyList<TraceSpan> spans)
    {
        var matched = Match(spans);

        return
        [
            .. _expected.Where(expected => expected.Wait is null && !matched.ContainsKey(expected)).Select(expected => expected.Parent is { } parent && !matched.ContainsKey(parent)
                ? $"missing: {expected} (its parent is missing)"
                : $"missing: {expected} below {expected.Parent?.ToString() ?? "nothing"}"),
            .. spans.Except(matched.Values).Select(span => $"not expected: {span}"),
        ];
    }

    /// <summary>
    /// The spans a trace lacks, as people speak of them: <c>gateway POST /v2/models/{model}/infer (client)</c>. Of a branch only its topmost missing span is named,
    /// since what hangs below it has no place to be found in.
    /// </summary>
    public IReadOnlyList<string> Missing(IReadOnlyList<TraceSpan> spans)
    {
        var matched = Match(spans);
        return [.. _expected.Where(expected => expected.Wait is null && !matched.ContainsKey(expected) && (expected.Parent is null || matched.ContainsKey(expected.Parent))).Select(expected => expected.ToString())];
    }

    /// <summary>True when nothing is wrong with the trace.</summary>
    public bool IsComplete(IReadOnlyList<TraceSpan> spans) => Problems(spans).Count == 0;

    private Dictionary<ExpectedSpan, TraceSpan> Match(IReadOnlyList<TraceSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);

        var matched = new Dictionary<ExpectedSpan, TraceSpan>();

        // Parents come before their children in the list, so a child finds its parent matched, or missing.
        foreach (var expected in _expected)
        {
            var parent = expected.Parent is null ? null : matched.GetValueOrDefault(expected.Parent);

            if ((expected.Parent is null || parent is not null)
                && spans.FirstOrDefault(span => Matches(span, expected, parent, spans) && !matched.ContainsValue(span)) is { } found)
            {
                matched[expected] = found;
            }
        }

        return matched;
    }

    private static bool Matches(TraceSpan span, ExpectedSpan expected, TraceSpan? parent, IReadOnlyList<TraceSpan> spans) =>
        span.Service == expected.Service
        && span.Name == expected.Name
        && span.Kind == expected.Kind
        && span.ParentId == parent?.Id
        // The calls to the members look alike: each is known by the service that answered it.
        && (expected.For is null || spans.Any(child => child.ParentId == span.Id && child.Service == expected.For));

    private sealed record ExpectedSpan(string Service, string Name, string Kind, ExpectedSpan? Parent, string? For = null, int? Wait = null)
    {
        public override string ToString() => For is null ? $"{Service} {Name} ({Kind})" : $"{Service} {Name} ({Kind}) to {For}";
    }
}
