using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.LoadGenerator.Traces;

/// <summary>
/// Cuts complete traces into the stages of a request. The stages of the path add up to the whole: each has what its span has and the next one on
/// the path has not; among the members, which work side by side, the path goes through the slowest.
/// </summary>
internal sealed class StageBreakdown
{
    private readonly Dictionary<string, LatencyHistogram> _path = [];
    private readonly Dictionary<string, LatencyHistogram> _members = [];

    public IReadOnlyList<StageTime> Path => Times(_path);

    public IReadOnlyList<StageTime> Members => Times(_members);

    /// <summary>Adds a trace that has all its spans.</summary>
    public void Add(IReadOnlyList<TraceSpan> spans)
    {
        var children = spans.ToLookup(span => span.ParentId);
        var edge = spans.First(span => span is { Service: "preprocessing", Kind: "server" });
        var toGateway = children[edge.Id].First(span => span.Kind == "client");
        var gateway = children[toGateway.Id].First();
        var toEnsemble = children[gateway.Id].First(span => span.Kind == "client");
        var ensemble = children[toEnsemble.Id].First();
        var toMember = children[ensemble.Id].Where(span => span.Kind == "client").MaxBy(span => span.Duration)!;
        var member = children[toMember.Id].First();
        var upload = Of(children, edge, "edge.upload");
        var queue = Of(children, edge, "edge.queue");
        var preprocess = Of(children, edge, "image.inspect") + Of(children, edge, "image.preprocess");

        if (spans.FirstOrDefault(span => span.Id == edge.ParentId) is { } caller)
        {
            Record(_path, "to the edge", caller.Duration - edge.Duration);
        }

        Record(_path, "edge: upload", upload);
        Record(_path, "edge: queue", queue);
        Record(_path, "edge: decode and resize", preprocess);
        Record(_path, "edge: the rest", edge.Duration - upload - queue - preprocess - toGateway.Duration);
        Record(_path, "edge to gateway", toGateway.Duration - gateway.Duration);
        Record(_path, "gateway", gateway.Duration - toEnsemble.Duration);
        Record(_path, "gateway to ensemble", toEnsemble.Duration - ensemble.Duration);
        Record(_path, "ensemble", ensemble.Duration - toMember.Duration);
        Record(_path, "ensemble to member", toMember.Duration - member.Duration);
        Record(_path, "member: queue", Of(children, member, "inference.queue"));
        Record(_path, "member: run", Of(children, member, "inference.run"));
        Record(_path, "member: the rest", member.Duration - Of(children, member, "inference.queue") - Of(children, member, "inference.run"));

        foreach (var server in spans.Where(span => span.Kind == "server" && children[span.Id].Any(child => child.Name == "inference.run")).OrderBy(span => span.Service, StringComparer.Ordinal))
        {
            Record(_members, $"{server.Service}: queue", Of(children, server, "inference.queue"));
            Record(_members, $"{server.Service}: run", Of(children, server, "inference.run"));
            Record(_members, $"{server.Service}: whole", server.Duration);
        }
    }

    /// <summary>Nothing where there is no such span, as where nobody had to wait; of two waits both.</summary>
    private static TimeSpan Of(ILookup<string?, TraceSpan> children, TraceSpan parent, string name) =>
        TimeSpan.FromTicks(children[parent.Id].Where(span => span.Name == name).Sum(span => span.Duration.Ticks));

    private static void Record(Dictionary<string, LatencyHistogram> times, string stage, TimeSpan duration)
    {
        if (!times.TryGetValue(stage, out var histogram))
        {
            times.Add(stage, histogram = new LatencyHistogram());
        }

        histogram.Record(duration);
    }

    private static List<StageTime> Times(Dictionary<string, LatencyHistogram> times) =>
        [.. times.Select(stage => new StageTime(stage.Key, stage.Value.Mean, stage.Value.Percentile(50), stage.Value.Percentile(95)))];
}

/// <summary>How long a stage took over many traces.</summary>
internal sealed record StageTime(string Name, TimeSpan Mean, TimeSpan P50, TimeSpan P95);
