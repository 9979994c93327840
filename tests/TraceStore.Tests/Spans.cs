using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Tests;

/// <summary>Spans with only what a test is about.</summary>
internal static class Spans
{
    public static Span Create(
        int trace, int id, string service = "s", string name = "work", int parent = 0, ulong start = 1, ulong nanos = 10, bool failed = false,
        SpanAttribute[]? attributes = null) => new()
        {
            TraceId = new TraceId(0, (ulong)trace),
            SpanId = new SpanId((ulong)id),
            ParentId = new SpanId((ulong)parent),
            Name = name,
            Kind = SpanKind.Server,
            StartNanos = start,
            EndNanos = start + nanos,
            Status = failed ? SpanStatus.Error : SpanStatus.Unset,
            Attributes = attributes ?? [],
            Origin = new SpanOrigin
            {
                Resource = new Resource(service, [new("service.name", AttributeValue.Of(service)), new("host.name", AttributeValue.Of("h"))]),
            },
        };
}

/// <summary>Ids that are easy to tell apart.</summary>
internal static class Ids
{
    public static string Trace(int number) => number.ToString("x32");

    public static string Span(int number) => number.ToString("x16");
}
