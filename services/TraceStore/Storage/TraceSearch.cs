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

    /// <summary>The traces that fit, the newest first.</summary>
    public List<Trace> Pick(Trace[] candidates, int most)
    {
        var limit = Math.Min(Limit, most);
        var kept = Array.FindAll(candidates, MayFit);
        var found = new List<Trace>(Math.Min(kept.Length, limit));
        Array.Sort(kept, (one, other) => other.Bounds.FirstStart.CompareTo(one.Bounds.FirstStart));

        foreach (var trace in kept)
        {
            if (found.Count == limit)
            {
                break;
            }

            if (AnyFits(trace.Spans))
            {
                found.Add(trace);
            }
        }

        return found;
    }

    /// <summary>Cheap: without a look at the spans.</summary>
    private bool MayFit(Trace trace)
    {
        var bounds = trace.Bounds;

        if (bounds.LastStart < FromNanos || bounds.FirstStart > ToNanos
            || bounds.LongestNanos < MinDurationNanos || bounds.ShortestNanos > MaxDurationNanos)
        {
            return false;
        }

        foreach (var (key, value) in Tags)
        {
            if (!SpanTags.IsBuiltIn(key) && !trace.Tags.MayHave(key, value))
            {
                return false;
            }
        }

        return true;
    }

    private bool AnyFits(ReadOnlySpan<Span> spans)
    {
        foreach (var span in spans)
        {
            if (Fits(span))
            {
                return true;
            }
        }

        return false;
    }

    private bool Fits(Span span)
    {
        if (Service is not null && span.ServiceName != Service || Operation is not null && span.Name != Operation
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
