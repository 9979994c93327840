using System.Globalization;

namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>Numbers with a unit, as people write them: <c>150ms</c>, <c>30s</c>, <c>2m</c>, <c>0.1%</c>.</summary>
internal static class QuantityText
{
    /// <exception cref="UsageException">It is no duration.</exception>
    public static TimeSpan Duration(string text)
    {
        var number = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyzµ");
        var unit = text.AsSpan(number.Length);

        var milliseconds = unit switch
        {
            "us" or "µs" => 0.001,
            "ms" => 1.0,
            "s" => 1_000,
            "m" or "min" => 60_000,
            "h" => 3_600_000,
            _ => double.NaN,
        };

        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value * milliseconds)
            ? TimeSpan.FromMilliseconds(value * milliseconds)
            : throw new UsageException($"'{text}' is no duration: write for example 250ms, 30s or 2m.");
    }

    /// <summary>0 … 1.</summary>
    /// <exception cref="UsageException">It is no share.</exception>
    public static double Share(string text)
    {
        var percent = text.EndsWith('%');

        return double.TryParse(text.AsSpan().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value / (percent ? 100 : 1) is >= 0 and <= 1 and var share
            ? share
            : throw new UsageException($"'{text}' is no share: write for example 1% or 0.01.");
    }

    /// <exception cref="UsageException">It is no number.</exception>
    public static double Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new UsageException($"'{text}' is no number.");
}
