using System.Globalization;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Terminal;
using Microsoft.VisualBasic.FileIO;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// The photographs of a folder, in two parts: those a model is calibrated with, and those held back, on which is measured what that cost. Where the folder has a
/// <c>labels.csv</c> its columns say: <c>file</c>; <c>use</c>, <c>calibrate</c> or <c>evaluate</c>; <c>class</c>, what the photograph shows, 0 … 999. Without one,
/// or without those columns, every other file by name is held back, and nothing is known of what they show.
/// </summary>
internal sealed record LabelledPhotos(IReadOnlyList<LabelledPhoto> Calibrate, IReadOnlyList<LabelledPhoto> HeldBack)
{
    /// <summary>With fewer neither a range nor a share means much.</summary>
    public const int Fewest = 10;

    private const string LabelsFile = "labels.csv", FileColumn = "file", UseColumn = "use", ClassColumn = "class", ToCalibrate = "calibrate", ToEvaluate = "evaluate";

    private const int LongestLabelsFile = 16 * 1024 * 1024;

    /// <param name="folder">The folder.</param>
    /// <param name="calibrate">With how many to calibrate at most.</param>
    /// <param name="evaluate">How many to hold back at most.</param>
    /// <exception cref="FileNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="CommandException">There are too few, or the labels cannot be read.</exception>
    public static LabelledPhotos Read(string folder, int calibrate, int evaluate)
    {
        var files = PhotoFolder.List(folder);
        var labels = new FileInfo(Path.Combine(folder, LabelsFile));
        var photos = labels.Exists ? Listed(labels) : [.. files.Select(file => new Row(new LabelledPhoto(file.FullName, null), null))];
        List<LabelledPhoto> first = [.. photos.Where((row, i) => row.Use is null ? i % 2 == 0 : row.Use == ToCalibrate).Select(row => row.Photo).Take(calibrate)];
        List<LabelledPhoto> second = [.. photos.Where((row, i) => row.Use is null ? i % 2 == 1 : row.Use == ToEvaluate).Select(row => row.Photo).Take(evaluate)];

        return Math.Min(first.Count, second.Count) >= Fewest
            ? new LabelledPhotos(first, second)
            : throw new CommandException(
                $"--photos: {folder} has {first.Count} photographs to calibrate with and {second.Count} to hold back; {Fewest} of each are needed at least.");
    }

    private static List<Row> Listed(FileInfo labels)
    {
        if (labels.Length > LongestLabelsFile)
        {
            throw new CommandException($"--photos: {labels.FullName} is larger than {LongestLabelsFile} bytes.");
        }

        var rows = new List<Row>();
        using var lines = new TextFieldParser(labels.FullName) { TextFieldType = FieldType.Delimited, Delimiters = [","] };

        try
        {
            string[] head = lines.ReadFields() ?? [];
            var (file, use, shown) = (Array.IndexOf(head, FileColumn), Array.IndexOf(head, UseColumn), Array.IndexOf(head, ClassColumn));

            if (file < 0)
            {
                throw Wrong(labels, 1, $"the first line must name a column {FileColumn}");
            }

            while (lines.LineNumber is var line && lines.ReadFields() is { } fields)
            {
                rows.Add(fields.Length == head.Length
                    ? new Row(Photo(labels, line, fields[file], shown < 0 ? "" : fields[shown]), use < 0 ? null : UseOf(labels, line, fields[use]))
                    : throw Wrong(labels, line, $"{fields.Length} fields, not {head.Length}"));
            }
        }
        catch (MalformedLineException failure)
        {
            throw Wrong(labels, failure.LineNumber, "a quotation mark is missing");
        }

        return rows;
    }

    private static LabelledPhoto Photo(FileInfo labels, long line, string file, string shown)
    {
        var path = Path.Combine(labels.DirectoryName!, file);

        if (file.Length == 0 || file != Path.GetFileName(file) || !File.Exists(path))
        {
            throw Wrong(labels, line, $"there is no file '{file}' beside it");
        }

        return shown.Length == 0 ? new LabelledPhoto(path, null)
            : int.TryParse(shown, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < ProbabilitiesOutput.Classes ? new LabelledPhoto(path, number)
            : throw Wrong(labels, line, $"'{shown}' is no class, 0 to {ProbabilitiesOutput.Classes - 1}");
    }

    private static string UseOf(FileInfo labels, long line, string use) => use is ToCalibrate or ToEvaluate
        ? use
        : throw Wrong(labels, line, $"the use is {ToCalibrate} or {ToEvaluate}, not '{use}'");

    private static CommandException Wrong(FileInfo labels, long line, string what) => new($"--photos: {labels.FullName}, line {line}: {what}.");

    private sealed record Row(LabelledPhoto Photo, string? Use);
}

/// <summary>A photograph's file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Class">What it shows, 0 … 999; null where that is not known.</param>
internal sealed record LabelledPhoto(string Path, int? Class);
