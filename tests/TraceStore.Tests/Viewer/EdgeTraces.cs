namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>Traces of an edge that has a model of its own, as docs/telemetry.md has them.</summary>
internal static class EdgeTraces
{
    public const string Edge = "preprocessing";

    /// <summary>An answer that the edge gave by itself, tabby.</summary>
    public static Task SendEdgeAnswerAsync(this RunningStore store, int trace, string why, ulong start, bool queued = false)
    {
        var server = OtlpBytes.Span(
            Ids.Trace(trace), Ids.Span(1), null, "POST /preprocessing", 2, start, 20, ("edge.decided_by", "edge"), ("edge.why", why), ("edge.circuit", "open"));

        if (queued)
        {
            server.Message(9, Flag("edge.queued", true)).Message(9, Flag("edge.provisional", true));
        }

        return store.SendAsync(OtlpBytes.Request(
            Edge,
            server,
            OtlpBytes.Span(Ids.Trace(trace), Ids.Span(2), Ids.Span(1), "edge.infer", 1, start + 10, 5, ("inference.model.name", "mobilenetv2"), ("inference.top.label", "tabby"))));
    }

    /// <summary>An answer that the cluster gave.</summary>
    public static Task SendClusterAnswerAsync(this RunningStore store, int trace, ulong start) => store.SendAsync(OtlpBytes.Request(
        Edge, OtlpBytes.Span(Ids.Trace(trace), Ids.Span(1), null, "POST /preprocessing", 2, start, 60, ("edge.decided_by", "cluster"))));

    /// <summary>The judgement of the answer of another trace, with a run in a batch with a third.</summary>
    public static Task SendJudgementAsync(this RunningStore store, int trace, int judged, string kind, string label, ulong start, int? mate = null)
    {
        var judge = OtlpBytes.Span(
                Ids.Trace(trace), Ids.Span(1), null, "outbox.judge", 1, start, 50,
                ("edge.judged.trace_id", Ids.Trace(judged)), ("edge.judged.kind", kind), ("edge.judged.label", "tabby"), ("inference.top.label", label))
            .Message(9, Flag("edge.agreed", label == "tabby"))
            .Message(13, Link(judged, 1));
        var run = OtlpBytes.Span(Ids.Trace(trace), Ids.Span(2), Ids.Span(1), "inference.run", 1, start + 10, 30);

        if (mate is { } other)
        {
            run.Message(13, Link(other, 2));
        }

        return store.SendAsync(OtlpBytes.Request(Edge, judge, run));
    }

    private static OtlpBytes Flag(string key, bool value) => OtlpBytes.Attribute(key, new OtlpBytes().Varint(2, value ? 1 : 0));

    private static OtlpBytes Link(int trace, int span) => new OtlpBytes().Hex(1, Ids.Trace(trace)).Hex(2, Ids.Span(span));
}
