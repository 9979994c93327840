using System.Buffers;
using System.Globalization;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// Durations as Go writes them, which is what Jaeger's API takes and says: <c>1h15m</c>, <c>1.5s</c>, <c>250ms</c>, <c>100us</c>, <c>0</c>.
/// </summary>
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

    /// <summary>A duration as Go prints it: <c>1h0m2.5s</c>, <c>-1.5ms</c>, <c>250µs</c>.</summary>
    public static string Text(long nanos)
    {
        var size = Math.Abs((decimal)nanos);
        var (hours, minutes) = (Math.Floor(size / 3_600_000_000_000), Math.Floor(size / 60_000_000_000 % 60));
        var seconds = size % 60_000_000_000 / 1_000_000_000;

        FormattableString text = (size, hours, minutes) switch
        {
            (0, _, _) => $"0s",
            (< 1_000, _, _) => $"{size}ns",
            (< 1_000_000, _, _) => $"{size / 1_000:0.###}µs",
            (< 1_000_000_000, _, _) => $"{size / 1_000_000:0.######}ms",
            (_, 0, 0) => $"{seconds:0.#########}s",
            (_, 0, _) => $"{minutes}m{seconds:0.#########}s",
            _ => $"{hours}h{minutes}m{seconds:0.#########}s",
        };

        return (nanos < 0 ? "-" : "") + text.ToString(CultureInfo.InvariantCulture);
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
