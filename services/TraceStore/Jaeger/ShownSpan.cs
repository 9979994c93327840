using System.Globalization;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>A span as Jaeger shows it: what was stored, and what its query service changed and remarked.</summary>
internal sealed class ShownSpan
{
    /// <summary>Where the warnings stand in OTLP (jaeger: internal/jptrace/attributes.go).</summary>
    public const string WarningsKey = "@jaeger@warnings";

    private readonly ulong _end;
    private List<string>? _warnings;
    private long _shift;

    public ShownSpan(Span span)
    {
        (Span, SpanId, ParentId, _end) = (span, span.SpanId, span.ParentId, span.EndNanos);

        // A trace that was fetched from a Jaeger and stored again brings its warnings along.
        foreach (var (key, value) in span.Attributes)
        {
            if (key == WarningsKey)
            {
                Array.ForEach(value.Kind == AttributeKind.Array ? value.Items : [value], text => Warn(text.ToString()));
            }
        }

        if (span.EndNanos <= span.StartNanos)
        {
            // jaeger: internal/jptrace/sanitizer/negative_duration_santizer.go
            _end = span.StartNanos + 1;
            Warn($"Negative duration detected, sanitizing end timestamp. Original end timestamp: {Text(span.EndNanos)}, adjusted to: {Text(_end)}");
        }
    }

    public Span Span { get; }

    public SpanId SpanId { get; set; }

    public SpanId ParentId { get; set; }

    public ulong StartNanos => Shifted(Span.StartNanos);

    public ulong EndNanos => Shifted(_end);

    public IReadOnlyList<string> Warnings => _warnings ?? [];

    /// <summary>What it says of itself; the warnings are apart.</summary>
    public IEnumerable<SpanAttribute> Attributes => Span.Attributes.Where(attribute => attribute.Key != WarningsKey);

    /// <summary>A time of the span, such as an event's, moved as the span was.</summary>
    public ulong Shifted(ulong nanos) => (ulong)((long)nanos + _shift);

    public void Shift(long nanos) => _shift += nanos;

    /// <summary>Adds a warning that is not there yet.</summary>
    public void Warn(string warning)
    {
        _warnings ??= [];

        if (!_warnings.Contains(warning))
        {
            _warnings.Add(warning);
        }
    }

    // As Go prints a time.
    private static string Text(ulong nanos)
    {
        var (seconds, rest) = Math.DivRem(nanos, 1_000_000_000UL);
        var fraction = rest == 0 ? "" : "." + rest.ToString("d9", CultureInfo.InvariantCulture).TrimEnd('0');
        var second = DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{second:yyyy-MM-dd HH:mm:ss}{fraction} +0000 UTC");
    }
}
