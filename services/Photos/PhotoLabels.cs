using System.Globalization;
using InferenceTracing.Terminal;
using Microsoft.VisualBasic.FileIO;

namespace InferenceTracing.Photos;

/// <summary>
/// The photographs of a folder, and what a <c>labels.csv</c> beside them says of each. Its columns: <c>file</c>; <c>use</c>, <c>calibrate</c> or <c>evaluate</c>;
/// <c>class</c>, the number of what the photograph shows. Without one every photograph in the folder counts, and nothing is known of what it shows.
/// </summary>
public static class PhotoLabels
{
    private const string LabelsFile = "labels.csv", FileColumn = "file", UseColumn = "use", ClassColumn = "class", ToCalibrate = "calibrate", ToEvaluate = "evaluate";

    private const int LongestLabelsFile = 16 * 1024 * 1024;

    /// <summary>In the order of the labels, else by name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="FileNotFoundException">There is no such folder, or no photograph in it.</exception>
    /// <exception cref="CommandException">The labels cannot be read.</exception>
    public static IReadOnlyList<LabelledPhoto> Read(string folder, int classes)
    {
        var files = PhotoFolder.List(folder);
        var labels = new FileInfo(Path.Combine(folder, LabelsFile));
        return labels.Exists ? Listed(labels, classes) : [.. files.Select(file => new LabelledPhoto(file.FullName, null, null))];
    }

    private static List<LabelledPhoto> Listed(FileInfo labels, int classes)
    {
        if (labels.Length > LongestLabelsFile)
        {
            throw new CommandException($"--photos: {labels.FullName} is larger than {LongestLabelsFile} bytes.");
        }

        var photos = new List<LabelledPhoto>();
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
                photos.Add(fields.Length == head.Length
                    ? new LabelledPhoto(
                        PathOf(labels, line, fields[file]),
                        shown < 0 || fields[shown].Length == 0 ? null : ClassOf(labels, line, fields[shown], classes),
                        use < 0 ? null : UseOf(labels, line, fields[use]))
                    : throw Wrong(labels, line, $"{fields.Length} fields, not {head.Length}"));
            }
        }
        catch (MalformedLineException failure)
        {
            throw Wrong(labels, failure.LineNumber, "a quotation mark is missing");
        }

        return photos;
    }

    private static string PathOf(FileInfo labels, long line, string file) =>
        Path.Combine(labels.DirectoryName!, file) is var path && file.Length > 0 && file == Path.GetFileName(file) && File.Exists(path)
            ? path
            : throw Wrong(labels, line, $"there is no file '{file}' beside it");

    private static int ClassOf(FileInfo labels, long line, string shown, int classes) =>
        int.TryParse(shown, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < classes
            ? number
            : throw Wrong(labels, line, $"'{shown}' is no class, 0 to {classes - 1}");

    private static PhotoUse UseOf(FileInfo labels, long line, string use) => use switch
    {
        ToCalibrate => PhotoUse.Calibrate,
        ToEvaluate => PhotoUse.Evaluate,
        _ => throw Wrong(labels, line, $"the use is {ToCalibrate} or {ToEvaluate}, not '{use}'"),
    };

    private static CommandException Wrong(FileInfo labels, long line, string what) => new($"--photos: {labels.FullName}, line {line}: {what}.");
}

/// <summary>A photograph's file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Class">The number of what it shows; null where that is not known.</param>
/// <param name="Use">What it is for; null where nothing says.</param>
public sealed record LabelledPhoto(string Path, int? Class, PhotoUse? Use);

/// <summary>What a labelled photograph is for.</summary>
public enum PhotoUse
{
    /// <summary>To calibrate with.</summary>
    Calibrate,

    /// <summary>Held back, to measure with.</summary>
    Evaluate,
}
