using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.ModelRepository.Untrained;

namespace InferenceTracing.ModelRepository;

/// <summary>
/// A model that needs no config.json: ImageNet preprocessing, logits, and a file that is one of the pinned ones. All are Apache-2.0 except
/// efficientnetv2b0, whose source states no licence: it is used where somebody has put it, and never fetched.
/// </summary>
/// <param name="Name">Its name in the repository and in paths.</param>
/// <param name="Hashes">The SHA-256 of every file that is this model.</param>
/// <param name="Download">Where to fetch one of them (ONNX Model Zoo, timm exports, opset 17); none: nowhere.</param>
/// <param name="Architecture">Draws its graph with random weights, for whoever can reach neither; none: it cannot be drawn.</param>
public sealed record KnownModel(string Name, IReadOnlyList<string> Hashes, PinnedFile? Download, Func<OnnxGraph>? Architecture)
{
    private const string EfficientNetB0Hash = "e76596a2b9e27c7c734c38550859105b43fec926f13447a84dad175eb994068a";

    private const string MobileNetV2Hash = "fbfdd0ff7c3404264a44644a8d134e5a488e97a926beffb64c774cc534f90681";

    /// <summary>Every known model.</summary>
    public static IReadOnlyList<KnownModel> All { get; } =
    [
        new("efficientnetb0", [EfficientNetB0Hash], Zoo("efficientnet_b0", 21_128_851, EfficientNetB0Hash), EfficientNetB0.Draw),
        new("mobilenetv2", [MobileNetV2Hash, "64b037519c6bc5ee12d19f1cd6dd243e3b564bb881fbc6b1cd8b354327a42697"],
            Zoo("mobilenetv2_100", 13_989_578, MobileNetV2Hash), MobileNetV2.Draw),
        new("efficientnetv2b0", ["a247710eb03e22e5957626d688998806bdee6326abc8760f1b1dbe393040429f"], null, null),
    ];

    /// <summary>The known model of that name; null where it is none.</summary>
    public static KnownModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    private static PinnedFile Zoo(string export, long bytes, string hash) => new(
        [
            new($"https://media.githubusercontent.com/media/onnx/models/main/Computer_Vision/{export}_Opset17_timm/{export}_Opset17.onnx"),
            new($"https://huggingface.co/onnxmodelzoo/{export}_Opset17/resolve/main/{export}_Opset17.onnx"),
        ],
        bytes,
        hash);
}

/// <summary>A file of the outside world: where it may be fetched, and what it must be. Only the hash is trusted.</summary>
/// <param name="Addresses">Tried in this order.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record PinnedFile(IReadOnlyList<Uri> Addresses, long Bytes, string Sha256);

/// <summary>Which EfficientNet a machine has.</summary>
public static class EfficientNet
{
    /// <summary>The one this project is about.</summary>
    public const string B0 = "efficientnetb0";

    /// <summary>A newer network that stands in for it where somebody has put it; it goes by its own name.</summary>
    public const string V2B0 = "efficientnetv2b0";

    /// <summary>
    /// <see cref="B0"/> where a repository has it; else <see cref="V2B0"/> where one has that; else <see cref="B0"/>, which start-up downloads
    /// or draws untrained.
    /// </summary>
    public static string Choose(ModelSearchPath repositories)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        return repositories.Find(B0) is null && repositories.Find(V2B0) is not null ? V2B0 : B0;
    }
}
