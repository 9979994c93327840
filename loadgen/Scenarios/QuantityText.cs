using System.Globalization;

namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>Numbers with a unit, as people write them: <c>150ms</c>, <c>30s</c>, <c>2m</c>, <c>0.1%</c>.</summary>
internal static class QuantityText
{
    /// <summary>Requests a second.</summary>
    public const int HighestRate = 1_000_000;

    /// <summary>The longest duration: a timer counts no more milliseconds than 32 bits hold.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

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

        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && !double.IsNaN(value * milliseconds)
            ? NotTooLong(value * milliseconds / 1000, text)
            : throw new UsageException($"'{text}' is no duration: write for example 250ms, 30s or 2m.");
    }

    /// <exception cref="UsageException">It is more than 30 days; <paramref name="text"/> says what is.</exception>
    public static TimeSpan NotTooLong(double seconds, string text) => seconds <= Longest.TotalSeconds
        ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException($"'{text}' is longer than {Longest.TotalDays:0} days.");

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

    /// <summary>Requests a second.</summary>
    /// <exception cref="UsageException">It is no number, or more than any machine sends.</exception>
    public static double Rate(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= HighestRate
            ? value
            : throw new UsageException($"'{text}' is no rate: a number up to {HighestRate}.");
}
