using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>What one export request holds.</summary>
internal sealed class SpanBatch
{
    /// <summary>The spans that can be stored.</summary>
    public List<Span> Spans { get; } = [];

    /// <summary>Those that cannot: a trace needs ids.</summary>
    public int Rejected { get; private set; }

    public void Add(Span span)
    {
        if (span.TraceId.IsValid && span.SpanId.IsValid)
        {
            Spans.Add(span);
        }
        else
        {
            Rejected++;
        }
    }
}
