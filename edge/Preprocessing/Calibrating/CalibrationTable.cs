using System.Globalization;
using InferenceTracing.OpenInference;
using Spectre.Console;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>What thresholds bring and cost, for people: a row for each of some usual ones, and the chosen one marked among them.</summary>
internal static class CalibrationTable
{
    private static readonly double[] Usual = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    /// <summary>The table.</summary>
    /// <param name="photos">The photographs.</param>
    /// <param name="temperature">What the confidence is corrected with.</param>
    /// <param name="chosen">The threshold that was chosen; null where none was.</param>
    public static Table Of(IReadOnlyList<JudgedPhoto> photos, double temperature, double? chosen)
    {
        var labelled = ThresholdOutcome.Labelled(photos).Count > 0;
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("threshold");
        string[] columns = ["answered at the edge", "agree with the ensemble", .. (string[])(labelled ? ["of them right", "all answers right"] : []), "ensemble's time saved", "bytes saved"];
        Array.ForEach(columns, column => table.AddColumn(new TableColumn(column).RightAligned()));

        foreach (var threshold in Usual.Concat(chosen is { } own ? [own] : Array.Empty<double>()).Distinct().Order())
        {
            var outcome = ThresholdOutcome.Of(photos, temperature, threshold);
            string[] cells =
            [
                threshold == chosen ? Text($"✔ {threshold:0.0000}") : Text($"  {threshold:0.0000}"),
                Percent(outcome.Share),
                Percent(outcome.Agreement),
                .. (string[])(labelled ? [Percent(outcome.EdgeAccuracy), Percent(outcome.CascadeAccuracy)] : []),
                Text($"{outcome.SavedMilliseconds:0.0} ms"),
                Text($"{outcome.Share * PixelTensor.BytesPerImage:0}"),
            ];
            table.AddRow(Array.ConvertAll(cells, cell => threshold == chosen ? $"[green]{cell}[/]" : cell));
        }

        return table;
    }

    /// <summary>What the table is to be compared with.</summary>
    public static string Caption(IReadOnlyList<JudgedPhoto> photos)
    {
        var labelled = ThresholdOutcome.Labelled(photos);
        var saved = Text($"Time and bytes are for each photograph of all: the ensemble needs {photos.Average(photo => photo.Ensemble.Milliseconds):0.0} ms for one, by its own clock, and {PixelTensor.BytesPerImage} bytes.");
        return labelled.Count == 0
            ? saved
            : $"{saved}\nOf {labelled.Count} labelled photographs the edge alone is right about {Percent(ThresholdOutcome.ShareOf(labelled, photo => photo.Edge == photo.Shown))}, the ensemble about {Percent(ThresholdOutcome.ShareOf(labelled, photo => photo.Ensemble.Class == photo.Shown))}.";
    }

    /// <summary>A share, for people; a dash for none.</summary>
    public static string Percent(double? share) => share is { } known ? Text($"{known * 100:0.0} %") : "–";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
