using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.ModelRepository;

/// <summary>
/// <c>models/&lt;name&gt;/config.json</c>, or a version's own beside its graph: what a graph wants and gives. A pixel byte reaches the graph as <c>(byte × scale - mean) / std</c>
/// of its colour. What is left out is ImageNet's usual: NCHW, 1/255, ImageNet mean and deviation, logits.
/// </summary>
public sealed record ModelConfig
{
    private const int LongestFile = 64 * 1024;

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Name of the graph's input; none: its only one.</summary>
    public string? Input { get; init; }

    /// <summary>Name of the graph's output; none: its only one.</summary>
    public string? Output { get; init; }

    /// <summary>Order of the input's dimensions.</summary>
    public TensorLayout Layout { get; init; } = TensorLayout.Nchw;

    /// <summary>What a byte is multiplied with.</summary>
    public float Scale { get; init; } = 1f / 255;

    /// <summary>Subtracted, of red, green and blue.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0.485f, 0.456f, 0.406f];

    /// <summary>Divided by, of red, green and blue.</summary>
    public IReadOnlyList<float> Std { get; init; } = [0.229f, 0.224f, 0.225f];

    /// <summary>What the output's numbers are.</summary>
    public OutputKind Gives { get; init; } = OutputKind.Logits;

    /// <summary>The labels file, looked for in the model's folder, then at the repository's root.</summary>
    public string Labels { get; init; } = "labels.txt";

    /// <summary>The SHA-256 the graph's file must have, in hexadecimal; none: any file will do.</summary>
    public string? Sha256 { get; init; }

    /// <summary>True for random weights.</summary>
    public bool Untrained { get; init; }

    /// <summary>What the graph computes with.</summary>
    public Precision Precision { get; init; }

    /// <exception cref="InvalidDataException">The file is no such configuration; the message is one line for the operator.</exception>
    public static ModelConfig Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile)
            {
                throw new InvalidDataException($"{path} is larger than {LongestFile} bytes.");
            }

            return JsonSerializer.Deserialize<ModelConfig>(File.ReadAllBytes(path), Json)?.Checked(path)
                ?? throw new InvalidDataException($"{path} must hold a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{path}: {failure.Message}", failure);
        }
    }

    internal void Write(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, Json));

    /// <exception cref="InvalidDataException">A number or a name is none that can be; one line.</exception>
    internal ModelConfig Checked(string path)
    {
        if (Mean is not { Count: 3 } || Std is not { Count: 3 } || !float.IsFinite(Scale) || Scale == 0
            || !Mean.All(float.IsFinite) || !Std.All(value => float.IsFinite(value) && value != 0))
        {
            throw new InvalidDataException($"{path}: scale must be a number other than 0, mean and std three numbers each, std other than 0.");
        }

        return Labels is { Length: > 0 } && Labels == Path.GetFileName(Labels)
            ? this
            : throw new InvalidDataException($"{path}: labels must be a file name without folders.");
    }
}

/// <summary>Order of an image tensor's dimensions.</summary>
public enum TensorLayout
{
    /// <summary>Batch, channel, row, column: PyTorch's exports.</summary>
    Nchw,

    /// <summary>Batch, row, column, channel: TensorFlow's exports.</summary>
    Nhwc,
}

/// <summary>What a classifier's numbers are.</summary>
public enum OutputKind
{
    /// <summary>Unbounded scores; softmax makes probabilities of them.</summary>
    Logits,

    /// <summary>Probabilities already.</summary>
    Probabilities,
}
