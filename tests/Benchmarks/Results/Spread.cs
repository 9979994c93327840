using System.Globalization;

namespace InferenceTracing.Benchmarks.Results;

/// <summary>The same figure, several times measured: its median, and from where to where it went.</summary>
internal sealed record Spread(IReadOnlyList<double> Values)
{
    public double Median
    {
        get
        {
            var sorted = Values.Order().ToList();
            return sorted.Count == 0 ? double.NaN : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }
    }

    public string Text(string format, string unit = "") => Values.Count < 2
        ? $"{Number(Median, format)}{unit}"
        : $"{Number(Median, format)}{unit} ({Number(Values.Min(), format)} … {Number(Values.Max(), format)})";

    public string Percent() => new Spread([.. Values.Select(value => value * 100)]).Text("0.0", " %");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
