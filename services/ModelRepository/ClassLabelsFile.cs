using System.Security.Cryptography;
using System.Text;

namespace InferenceTracing.ModelRepository;

/// <summary>
/// <c>labels.txt</c>: line n names class n-1, all synonyms, comma separated. Where there is none it is made from the ONNX Model Zoo's
/// synset.txt (Apache-2.0), the same lines behind WordNet ids; what is pinned is the SHA-256 of the lines without them.
/// </summary>
internal static class ClassLabelsFile
{
    public const string Name = "labels.txt";

    private const int Classes = 1000;

    private const int LongestFile = 1024 * 1024;

    private const string Sha256 = "4eb3da435cf544e4a6f390f62c84cb9c9bb68cf8b14e97f8a063452382e5efd2";

    public static Uri Source { get; } =
        new("https://raw.githubusercontent.com/onnx/models/main/validated/vision/classification/synset.txt");

    /// <exception cref="InvalidDataException">It does not have 1,000 lines.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var lines = new FileInfo(path).Length <= LongestFile ? File.ReadAllLines(path) : [];

        return lines.Length == Classes && Array.TrueForAll(lines, line => line.Length > 0)
            ? lines
            : throw new InvalidDataException($"{path} must have {Classes} lines, one for each class.");
    }

    /// <summary>The labels of a synset file; null when they are not the ones that were pinned.</summary>
    public static byte[]? FromSynsets(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var labels = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        return Convert.ToHexStringLower(SHA256.HashData(labels)) == Sha256 ? labels : null;
    }
}
