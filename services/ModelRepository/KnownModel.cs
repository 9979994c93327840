using System.Text.Json;
using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.ModelRepository.Untrained;

namespace InferenceTracing.ModelRepository;

/// <summary>
/// An entry of <c>models.json</c>: a model that needs no config.json in a repository. The list says who votes, for the runner, compose and
/// Kubernetes; a model that is not on it can be served all the same.
/// </summary>
public sealed record KnownModel
{
    private const string List = "models.json";

    private static readonly Dictionary<string, Func<OnnxGraph>> Drawings = new()
    {
        ["efficientnetb0"] = EfficientNetB0.Draw,
        ["mobilenetv2"] = MobileNetV2.Draw,
    };

    /// <summary>Every known model, in the order of the list.</summary>
    public static IReadOnlyList<KnownModel> All { get; } = Read(OpenList());

    /// <summary>Those that vote, where nobody says otherwise.</summary>
    public static IReadOnlyList<KnownModel> Voters { get; } = [.. All.Where(model => model.Votes)];

    /// <summary>Its name in the repository, in paths, and of its deployment.</summary>
    public required string Name { get; init; }

    /// <summary>What it is and where it comes from, for people.</summary>
    public required string Network { get; init; }

    /// <summary>Its licence, an SPDX identifier; none: its source states none.</summary>
    public string? Licence { get; init; }

    /// <summary>True for a member of the ensemble.</summary>
    public required bool Votes { get; init; }

    /// <summary>Of its vote beside the others'.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The model it takes the place of where no repository has that one; of several the first that is there.</summary>
    public string? StandsInFor { get; init; }

    /// <summary>The SHA-256 of every file that is this model, in lower-case hexadecimal; the first is the one to download.</summary>
    public required IReadOnlyList<string> Sha256 { get; init; }

    /// <summary>Where to fetch it; none: nowhere.</summary>
    public DownloadSource? Download { get; init; }

    /// <summary>What its graph wants and gives, where the repository has no config.json for it.</summary>
    public ModelConfig Config { get; init; } = new();

    /// <summary>Draws its graph with random weights, for whoever can reach no download; none: it cannot be drawn.</summary>
    internal Func<OnnxGraph>? Architecture => Drawings.GetValueOrDefault(Name);

    /// <summary>The known model of that name; null where it is none.</summary>
    public static KnownModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    /// <summary>The model itself where a repository has it; else the first of its stand-ins that one has; else itself, which start-up downloads or draws.</summary>
    public static string Choose(string name, ModelSearchPath repositories)
    {
        ArgumentNullException.ThrowIfNull(repositories);

        return All.Where(model => model.Name == name || model.StandsInFor == name).OrderByDescending(model => model.Name == name)
            .Select(model => model.Name).FirstOrDefault(candidate => repositories.Find(candidate) is not null) ?? name;
    }

    /// <exception cref="InvalidDataException">It is no such list; one line.</exception>
    internal static IReadOnlyList<KnownModel> Read(Stream list)
    {
        try
        {
            var models = JsonSerializer.Deserialize<List<KnownModel>>(list, ModelConfig.Json) ?? [];
            var twice = models.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1);

            return twice is null && models.TrueForAll(model => ModelStore.IsName(model.Name) && model.Sha256.Count > 0 && double.IsFinite(model.Weight) && model.Weight > 0)
                ? [.. models.Select(model => model with { Config = model.Config.Checked(List) })]
                : throw new InvalidDataException($"{List}: every model needs a name of its own, a SHA-256, and a weight above 0.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{List}: {failure.Message}", failure);
        }
    }

    private static Stream OpenList() => typeof(KnownModel).Assembly.GetManifestResourceStream(List)!;
}

/// <summary>Where a file of the outside world may be fetched; what it must be is its SHA-256, and only that is trusted.</summary>
/// <param name="Addresses">Tried in this order.</param>
/// <param name="Bytes">Its size.</param>
public sealed record DownloadSource(IReadOnlyList<Uri> Addresses, long Bytes);

/// <summary>A file of the outside world: where it may be fetched, and what it must be.</summary>
/// <param name="Addresses">Tried in this order.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record PinnedFile(IReadOnlyList<Uri> Addresses, long Bytes, string Sha256);
