using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// What a search asks for. A trace is found when one of its spans fits all of it, as in Jaeger. Times in nanoseconds since the Unix epoch,
/// durations in nanoseconds, both inclusive.
/// </summary>
internal sealed record TraceSearch
{
    public string? Service { get; init; }

    public string? Operation { get; init; }

    public ulong FromNanos { get; init; }

    public ulong ToNanos { get; init; } = ulong.MaxValue;

    public ulong MinDurationNanos { get; init; }

    public ulong MaxDurationNanos { get; init; } = ulong.MaxValue;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    public int Limit { get; init; } = 100;

    /// <summary>Whether a span of the service fits all of it.</summary>
    public bool Fits(Span span)
    {
        if ((Operation is not null && span.Name != Operation)
            || span.StartNanos < FromNanos || span.StartNanos > ToNanos
            || span.DurationNanos < MinDurationNanos || span.DurationNanos > MaxDurationNanos)
        {
            return false;
        }

        foreach (var (key, value) in Tags)
        {
            if (!SpanTags.Has(span, key, value))
            {
                return false;
            }
        }

        return true;
    }
}
