using System.Collections;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference;

/// <summary>What the v2 endpoints serve: one model, be it a network (ModelServer) or a vote of networks (Ensemble).</summary>
public interface IInferenceModel
{
    /// <summary>Name, version and labels. Known from the start, whether or not the model is ready.</summary>
    ModelMetadata Metadata { get; }

    /// <summary>True when a request would be answered now.</summary>
    bool IsReady { get; }

    /// <summary>Classifies every image of <paramref name="images"/>, which stays the caller's to dispose after the task has ended.</summary>
    /// <exception cref="InferenceException">The model cannot answer: 503 (queue full, not ready, quorum not reached), 504 (deadline passed).</exception>
    Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken);
}

/// <summary>What <c>GET /v2/models/{m}</c> says of a model.</summary>
/// <param name="Name">The model's name in paths, for example <c>efficientnetb0</c>.</param>
/// <param name="Version">Its version, for example <c>1</c>.</param>
/// <param name="Platform"><c>onnx_onnxv1</c> for a network, <c>ensemble</c> for a vote.</param>
/// <param name="Labels">One line per class; empty until the model is known.</param>
/// <param name="Untrained">True when the weights are seeded random numbers: the chain is real, the answers mean nothing.</param>
public sealed record ModelMetadata(string Name, string Version, string Platform, ClassLabels Labels, bool Untrained)
{
    /// <summary>The v2 parameter of an answer and of a model's description that says <see cref="Precision"/>.</summary>
    public const string PrecisionParameter = "precision";

    /// <summary>What a network computes with, <c>float32</c> or <c>int8</c>; null until that is known, and for a vote, whose members may differ.</summary>
    public string? Precision { get; init; }
}

/// <summary>A model's answer.</summary>
/// <param name="Probabilities">FP32 <c>[N, 1000]</c>, row by row, each row adding up to 1.</param>
/// <param name="Classes">The classes of a row: 1000.</param>
/// <param name="Parameters">Scalars for the answer's v2 <c>parameters</c> (string, number, boolean); empty where there are none.</param>
public sealed record Prediction(ReadOnlyMemory<float> Probabilities, int Classes, IReadOnlyDictionary<string, object> Parameters)
{
    /// <summary>What the classes of this answer are called; null where that is what the model says of itself.</summary>
    public ClassLabels? Labels { get; init; }

    /// <summary>N, the number of images.</summary>
    public int Count => Probabilities.Length / Classes;

    /// <summary>The probabilities of image <paramref name="index"/>.</summary>
    public ReadOnlySpan<float> Row(int index) => Probabilities.Span.Slice(index * Classes, Classes);
}

/// <summary>The one output every model here has: FP32 <c>[N, 1000]</c>, the probabilities of the ImageNet-1k classes.</summary>
public static class ProbabilitiesOutput
{
    /// <summary>Name of the v2 output.</summary>
    public const string Name = "probabilities";

    /// <summary>Classes of a row.</summary>
    public const int Classes = 1000;
}

/// <summary>How one member of an ensemble voted; the ensemble's v2 parameter <c>members</c> is a JSON array of these.</summary>
/// <param name="Name">The member's model name.</param>
/// <param name="Version">The version that answered; null when it failed.</param>
/// <param name="Votes">Its first choice for each image; empty when it failed.</param>
/// <param name="Top">Its likeliest classes of the first image, best first; empty when it failed.</param>
/// <param name="Error">Why it failed, one line; null when it voted.</param>
/// <param name="Ms">Milliseconds from the ensemble's question to the member's answer.</param>
/// <param name="QueueMs">Milliseconds of that in the member's queue.</param>
/// <param name="RunMs">Milliseconds of that in the network itself.</param>
public sealed record MemberReport(
    string Name, string? Version, IReadOnlyList<MemberVote> Votes, IReadOnlyList<MemberVote> Top, string? Error, double Ms, double? QueueMs, double? RunMs)
{
    /// <summary>What the network that answered computes with; null when it failed or does not say.</summary>
    public string? Precision { get; init; }

    /// <summary>The report's JSON form.</summary>
    public static MemberReportJson Json => MemberReportJson.Default;
}

/// <summary>What a member takes an image for.</summary>
/// <param name="Class">The class, 0 … 999.</param>
/// <param name="Label">Its label.</param>
/// <param name="Probability">The member's own probability, 0 … 1.</param>
public sealed record MemberVote(int Class, string Label, float Probability);

/// <summary>Source-generated JSON of <see cref="MemberReport"/>, snake case as v2's own names.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemberReport[]))]
public sealed partial class MemberReportJson : JsonSerializerContext;

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

/// <summary>One class of an image's answer.</summary>
/// <param name="Index">The class, 0 … 999.</param>
/// <param name="Probability">Its probability, 0 … 1.</param>
public readonly record struct RankedClass(int Index, float Probability)
{
    /// <summary>The <paramref name="count"/> most probable classes of <paramref name="row"/>, best first; equal ones by index.</summary>
    public static RankedClass[] Top(ReadOnlySpan<float> row, int count)
    {
        var best = new RankedClass[Math.Min(count, row.Length)];
        var found = 0;

        // A few of a thousand: what is not better than the last of the best so far, nearly all, costs one comparison.
        for (var i = 0; i < row.Length; i++)
        {
            if (found == best.Length && !(row[i] > best[^1].Probability))
            {
                continue;
            }

            var place = found < best.Length ? found++ : best.Length - 1;

            for (; place > 0 && row[i] > best[place - 1].Probability; place--)
            {
                best[place] = best[place - 1];
            }

            best[place] = new RankedClass(i, row[i]);
        }

        return best;
    }

    /// <summary>
    /// The first of the synonyms that <paramref name="labels"/> lists for class <paramref name="index"/> (<c>tench, Tinca tinca</c> is a
    /// <c>tench</c>), or <c>class 207</c> where there is no list.
    /// </summary>
    public static string NameOf(IReadOnlyList<string> labels, int index)
    {
        ArgumentNullException.ThrowIfNull(labels);

        if (index >= labels.Count)
        {
            return FormattableString.Invariant($"class {index}");
        }

        var synonyms = labels[index];
        var comma = synonyms.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? synonyms : synonyms[..comma];
    }
}
