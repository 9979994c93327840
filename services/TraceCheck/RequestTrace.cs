namespace InferenceTracing.TraceCheck;

/// <summary>
/// What the trace of one classified photograph must hold: docs/telemetry.md's tree as a list of spans, each with its parent. One place says it;
/// the local runner, the load generator and the tests ask here.
/// </summary>
public sealed class RequestTrace
{
    private const string Infer = "POST /v2/models/{model}/infer", Edge = "preprocessing";

    private readonly IReadOnlyList<string> _members;
    private readonly string _route;
    private readonly string? _caller;
    private readonly List<ExpectedSpan> _byTheCluster;
    private readonly List<ExpectedSpan> _byTheEdge;

    private RequestTrace(IReadOnlyList<string> members, string route, string? caller)
    {
        (_members, _route, _caller) = (members, route, caller);
        _byTheCluster = ByTheCluster(members);
        _byTheEdge = ByTheEdge();
    }

    /// <summary>The trace of a judgement has another root.</summary>
    private RequestTrace(IReadOnlyList<string> members, ExpectedSpan root)
    {
        (_members, _route) = (members, "");
        _byTheCluster = [root, .. InTheCluster(root, members)];
        _byTheEdge = [];
    }

    /// <summary>How many spans a complete trace has at least: a request that had to wait has one more for each wait.</summary>
    public int SpanCount => _byTheCluster.Count(span => !span.IsOptional);

    /// <summary>The trace of a request whose members <paramref name="members"/> all answered, or that the edge has answered by itself, as the edge's span says.</summary>
    /// <param name="members">The members' service names; none where they are not known, and those that were asked are meant.</param>
    /// <param name="route">The edge's route: <c>/preprocessing</c> or <c>/v1/classify</c>.</param>
    /// <param name="caller">The service whose own client span is the root, above the edge's: <c>loadgen</c>; null where the edge's is.</param>
    public static RequestTrace Of(IReadOnlyList<string> members, string route = "/preprocessing", string? caller = null)
    {
        ArgumentNullException.ThrowIfNull(members);
        return new RequestTrace(members, route, caller);
    }

    /// <summary>The trace of what the cluster says afterwards of an answer of the edge's own: the same from the edge's call on.</summary>
    /// <param name="members">The members' service names.</param>
    public static RequestTrace OfJudgement(IReadOnlyList<string> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return new RequestTrace(members, new ExpectedSpan(Edge, "outbox.judge", "internal", null));
    }

    /// <summary>What is wrong with a trace, a line each: spans that are missing, hang on the wrong parent, or should not be there. Empty when complete.</summary>
    public IReadOnlyList<string> Problems(IReadOnlyList<TraceSpan> spans)
    {
        var matched = Match(spans, out var expected);

        return
        [
            .. expected.Where(each => !each.IsOptional && !matched.ContainsKey(each)).Select(each => each.Parent is { } parent && !matched.ContainsKey(parent)
                ? $"missing: {each} (its parent is missing)"
                : $"missing: {each} below {each.Parent?.ToString() ?? "nothing"}"),
            .. spans.Except(matched.Values).Where(span => !IsOfAnAttempt(span, matched, spans)).Select(span => $"not expected: {span}"),
        ];
    }

    /// <summary>
    /// The spans a trace lacks, as people speak of them: <c>gateway POST /v2/models/{model}/infer (client)</c>. Of a branch only its topmost missing span is named,
    /// since what hangs below it has no place to be found in.
    /// </summary>
    public IReadOnlyList<string> Missing(IReadOnlyList<TraceSpan> spans)
    {
        var matched = Match(spans, out var expected);
        return [.. expected.Where(each => !each.IsOptional && !matched.ContainsKey(each) && (each.Parent is null || matched.ContainsKey(each.Parent))).Select(each => each.ToString())];
    }

    /// <summary>True when nothing is wrong with the trace.</summary>
    public bool IsComplete(IReadOnlyList<TraceSpan> spans) => Problems(spans).Count == 0;

    /// <summary>Below an attempt that the cluster did not answer hangs whatever it came to.</summary>
    private static bool IsOfAnAttempt(TraceSpan span, Dictionary<ExpectedSpan, TraceSpan> matched, IReadOnlyList<TraceSpan> spans)
    {
        var attempt = matched.FirstOrDefault(pair => pair.Key.IsAttempt).Value;

        for (var parent = span; parent is not null && attempt is not null; parent = spans.FirstOrDefault(each => each.Id == parent.ParentId))
        {
            if (parent.ParentId == attempt.Id)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(TraceSpan span, ExpectedSpan expected, TraceSpan? parent, IReadOnlyList<TraceSpan> spans) =>
        span.Service == expected.Service
        && span.Name == expected.Name
        && span.Kind == expected.Kind
        && span.ParentId == parent?.Id
        // The calls to the members look alike: each is known by the service that answered it.
        && (expected.For is null || spans.Any(child => child.ParentId == span.Id && child.Service == expected.For));

    private Dictionary<ExpectedSpan, TraceSpan> Match(IReadOnlyList<TraceSpan> spans, out List<ExpectedSpan> expected)
    {
        ArgumentNullException.ThrowIfNull(spans);

        var matched = new Dictionary<ExpectedSpan, TraceSpan>();
        expected = spans.Any(span => span.Service == Edge && span.Kind == "server" && span.Tags.GetValueOrDefault("edge.decided_by") == "edge") ? _byTheEdge
            : _members.Count > 0 ? _byTheCluster
            : ByTheCluster([.. spans.Where(span => span.Service == "ensemble" && span.Kind == "client").Select(span => span.Tags.GetValueOrDefault("inference.model.name")).OfType<string>().Distinct()]);

        // Parents come before their children in the list, so a child finds its parent matched, or missing.
        foreach (var each in expected)
        {
            var parent = each.Parent is null ? null : matched.GetValueOrDefault(each.Parent);

            if ((each.Parent is null || parent is not null)
                && spans.FirstOrDefault(span => Matches(span, each, parent, spans) && !matched.ContainsValue(span)) is { } found)
            {
                matched[each] = found;
            }
        }

        return matched;
    }

    private List<ExpectedSpan> ByTheCluster(IReadOnlyList<string> members)
    {
        var expected = AtTheEdge(out var edge);
        // A cascade asks its own model first.
        return [.. expected, new(Edge, "edge.infer", "internal", edge, Optional: 1), .. InTheCluster(edge, members)];
    }

    private static List<ExpectedSpan> InTheCluster(ExpectedSpan edge, IReadOnlyList<string> members)
    {
        var toGateway = new ExpectedSpan(Edge, Infer, "client", edge);
        var gateway = new ExpectedSpan("gateway", Infer, "server", toGateway);
        var toEnsemble = new ExpectedSpan("gateway", Infer, "client", gateway);
        var ensemble = new ExpectedSpan("ensemble", Infer, "server", toEnsemble);
        List<ExpectedSpan> expected = [toGateway, gateway, toEnsemble, ensemble, new("ensemble", "ensemble.combine", "internal", ensemble)];

        foreach (var member in members)
        {
            var toMember = new ExpectedSpan("ensemble", Infer, "client", ensemble, For: member);
            var server = new ExpectedSpan(member, Infer, "server", toMember);
            expected.AddRange([toMember, server, new(member, "inference.queue", "internal", server), new(member, "inference.run", "internal", server)]);
        }

        return expected;
    }

    private List<ExpectedSpan> ByTheEdge()
    {
        var expected = AtTheEdge(out var edge);
        expected.AddRange(
        [
            new(Edge, "edge.queue", "internal", edge, Optional: 3),
            new(Edge, "edge.infer", "internal", edge),
            new(Edge, Infer, "client", edge, Optional: 4, IsAttempt: true),
        ]);
        return expected;
    }

    private List<ExpectedSpan> AtTheEdge(out ExpectedSpan edge)
    {
        var root = _caller is null ? null : new ExpectedSpan(_caller, $"POST {_route}", "client", null);
        edge = new ExpectedSpan(Edge, $"POST {_route}", "server", root);

        return
        [
            .. root is null ? Array.Empty<ExpectedSpan>() : [root],
            edge,
            new(Edge, "edge.upload", "internal", edge),
            // For a place, and for a decoder: only where one had to wait.
            new(Edge, "edge.queue", "internal", edge, Optional: 1),
            new(Edge, "edge.queue", "internal", edge, Optional: 2),
            new(Edge, "image.inspect", "internal", edge),
            new(Edge, "image.preprocess", "internal", edge),
        ];
    }

    /// <summary>A span of a complete trace.</summary>
    /// <param name="For">Of calls that look alike: the service that answered.</param>
    /// <param name="Optional">A number of its own where the span need not be there.</param>
    /// <param name="IsAttempt">Whatever hangs below it is as it may be.</param>
    private sealed record ExpectedSpan(string Service, string Name, string Kind, ExpectedSpan? Parent, string? For = null, int? Optional = null, bool IsAttempt = false)
    {
        public bool IsOptional => Optional is not null;

        public override string ToString() => For is null ? $"{Service} {Name} ({Kind})" : $"{Service} {Name} ({Kind}) to {For}";
    }
}
