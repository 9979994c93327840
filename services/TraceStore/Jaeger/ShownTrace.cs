using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>A trace as Jaeger shows it.</summary>
internal sealed record ShownTrace(TraceId Id, ShownSpan[] Spans)
{
    public static ShownTrace Of(Trace trace, bool raw, QueryOptions options)
    {
        var stored = Raw(trace.Id, trace.Spans);
        return raw ? stored : stored.Adjust(options);
    }

    /// <summary>As it was stored.</summary>
    public static ShownTrace Raw(TraceId id, ReadOnlySpan<Span> spans)
    {
        var shown = new ShownSpan[spans.Length];

        for (var index = 0; index < spans.Length; index++)
        {
            shown[index] = new ShownSpan(spans[index]);
        }

        return new ShownTrace(id, shown);
    }

    /// <summary>
    /// As the query service adjusts it (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/adjuster/standard.go). Left out: what only
    /// clients from before OpenTelemetry send (IP addresses as numbers), and the order of attributes, which means nothing.
    /// </summary>
    public ShownTrace Adjust(QueryOptions options)
    {
        SharedSpanIds.Separate(Spans);
        ClockSkew.Correct(Spans, options.MaxClockSkewAdjust);
        return this;
    }
}
