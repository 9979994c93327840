using System.Globalization;

namespace InferenceTracing.Benchmarks.Results;

/// <summary>The same figure, several times measured: its median, and the quartiles between which the middle half lies. One hiccup of the machine moves none of them.</summary>
internal sealed record Spread(IReadOnlyList<double> Values)
{
    public double Median => Quantile(0.5);

    public string Text(string format, string unit = "") => Values.Count < 2
        ? $"{Number(Median, format)}{unit}"
        : $"{Number(Median, format)}{unit} ({Number(Quantile(0.25), format)} … {Number(Quantile(0.75), format)})";

    public string Percent() => new Spread([.. Values.Select(value => value * 100)]).Text("0.0", " %");

    /// <summary>Between two values by straight line; NaN of none.</summary>
    private double Quantile(double share)
    {
        if (Values.Count == 0)
        {
            return double.NaN;
        }

        var sorted = Values.Order().ToList();
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Count - 1)] - sorted[below]));
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
