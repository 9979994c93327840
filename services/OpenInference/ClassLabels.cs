using System.Collections;
using System.Security.Cryptography;
using System.Text;

namespace InferenceTracing.OpenInference;

/// <summary>
/// What a model's classes are called, in their order; and the one name of exactly this list, which every answer carries as a v2 parameter: votes about different
/// classes look alike, number for number, and must not be added up.
/// </summary>
public sealed class ClassLabels : IReadOnlyList<string>
{
    /// <summary>The v2 parameter of an answer that says what its classes are: <see cref="Sha256"/>.</summary>
    public const string Parameter = "labels_sha256";

    private readonly IReadOnlyList<string> _lines;

    /// <param name="lines">A line for each class: all its synonyms, comma separated.</param>
    public ClassLabels(IReadOnlyList<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        _lines = lines;
        Sha256 = lines.Count == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));
    }

    /// <summary>No list: the classes have numbers only.</summary>
    public static ClassLabels None { get; } = new([]);

    /// <summary>The same as of the file <c>labels.txt</c> that holds these lines; empty where there are none.</summary>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public int Count => _lines.Count;

    /// <inheritdoc/>
    public string this[int index] => _lines[index];

    /// <summary>In what this list is not <paramref name="other"/>, for people; null where it is the same.</summary>
    public string? DifferenceFrom(ClassLabels other)
    {
        ArgumentNullException.ThrowIfNull(other);

        if (Sha256 == other.Sha256)
        {
            return null;
        }

        var first = Enumerable.Range(0, Math.Min(Count, other.Count)).FirstOrDefault(index => this[index] != other[index], -1);
        return first < 0
            ? FormattableString.Invariant($"{Count} classes, not {other.Count}")
            : FormattableString.Invariant($"class {first} is '{this[first]}', not '{other[first]}'");
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
