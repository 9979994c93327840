using System.Buffers;
using System.Globalization;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>Durations as Go writes them, which is what Jaeger's API takes: <c>1h15m</c>, <c>1.5s</c>, <c>250ms</c>, <c>100us</c>, <c>0</c>.</summary>
internal static class GoDuration
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Takes a duration that is not negative, in nanoseconds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong nanos)
    {
        nanos = 0;

        if (text is "0")
        {
            return true;
        }

        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        var total = 0m;

        while (text.Length > 0)
        {
            var digits = text.IndexOfAnyExcept(Digits);

            if (digits <= 0 || digits > 20
                || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            text = text[digits..];
            var end = text.IndexOfAny(Digits);
            var unit = end < 0 ? text : text[..end];

            if (NanosPer(unit) is not { } scale || number > long.MaxValue / scale)
            {
                return false;
            }

            total += number * scale;
            text = text[unit.Length..];
        }

        if (total > long.MaxValue)
        {
            return false;
        }

        nanos = (ulong)total;
        return true;
    }

    private static long? NanosPer(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => null,
    };
}
