using System.Globalization;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using Spectre.Console;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>What quantising cost, and what it brought: both versions look at the same photographs, in turns, with one thread.</summary>
internal sealed class QuantisationCost(Network original, Network quantised)
{
    private const double Mebi = 1024 * 1024;

    private readonly float[] _reference = new float[ProbabilitiesOutput.Classes];
    private readonly float[] _other = new float[ProbabilitiesOutput.Classes];
    private readonly List<double> _originalMs = [];
    private readonly List<double> _quantisedMs = [];

    public Likeness Likeness { get; } = new();

    /// <summary>Looks at one photograph.</summary>
    public void Add(PixelTensor pixels, int? shown)
    {
        // Whoever is second finds the pixels in the cache.
        if (Likeness.Photographs % 2 == 0)
        {
            Run(original, pixels, _reference, _originalMs);
            Run(quantised, pixels, _other, _quantisedMs);
        }
        else
        {
            Run(quantised, pixels, _other, _quantisedMs);
            Run(original, pixels, _reference, _originalMs);
        }

        Likeness.Add(_reference, _other, shown);
    }

    /// <summary>The figures, for people.</summary>
    /// <param name="originalBytes">The original's file.</param>
    /// <param name="quantisedBytes">The quantised one's.</param>
    public Table ToTable(long originalBytes, long quantisedBytes)
    {
        var (slow, fast) = (Median(_originalMs), Median(_quantisedMs));
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey)
            .AddColumn(Text($"{Likeness.Photographs} photographs held back"))
            .AddColumn(new TableColumn("float32").RightAligned()).AddColumn(new TableColumn("int8").RightAligned()).AddColumn("");

        table.AddRow("likeliest class the same", "", Text($"{Likeness.Agreement * 100:0.0} %"));
        table.AddRow("mean KL divergence", "", Text($"{Likeness.Divergence:0.000}"));

        if (Likeness.Labelled > 0)
        {
            table.AddRow(
                Text($"top-1 of the {Likeness.Labelled} labelled"), Text($"{Likeness.ReferenceTop1 * 100:0.0} %"), Text($"{Likeness.OtherTop1 * 100:0.0} %"),
                Text($"{(Likeness.OtherTop1 - Likeness.ReferenceTop1) * 100:+0.0;-0.0;0.0} points"));
        }

        return table
            .AddRow("file, MiB", Text($"{originalBytes / Mebi:0.0}"), Text($"{quantisedBytes / Mebi:0.0}"), Text($"{(double)originalBytes / quantisedBytes:0.00} times less"))
            .AddRow("a run with one thread, ms (median)", Text($"{slow:0.00}"), Text($"{fast:0.00}"), Text($"{slow / fast:0.00} times less"));
    }

    private static void Run(Network network, PixelTensor pixels, float[] probabilities, List<double> times)
    {
        var start = TimeProvider.System.GetTimestamp();
        network.Run([pixels], 1, probabilities);
        times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
