namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>What a deployment says of one part of the system.</summary>
/// <param name="Image">Its image, with the tag if that is there.</param>
/// <param name="Variables">Its environment, without what comes out of secrets.</param>
/// <param name="Ports">Every port that is opened for it, inside and outside.</param>
internal sealed record PlacedPart(string Image, IReadOnlyDictionary<string, string> Variables, IReadOnlyList<int> Ports)
{
    private const string OurImages = "ghcr.io/inference-tracing/";

    public bool IsOurs => Image.StartsWith(OurImages, StringComparison.Ordinal);

    /// <summary>Every variable that is an address, whoever is meant by it.</summary>
    public IEnumerable<(string Setting, string Address)> Addresses =>
        Variables.Where(variable => variable.Value.Contains("://", StringComparison.Ordinal)).Select(variable => (variable.Key, variable.Value)).Order();

    /// <summary>True where the image is that of <paramref name="project"/>.</summary>
    public bool Runs(string project) => Image.Split(':')[0].Equals(OurImages + project, StringComparison.OrdinalIgnoreCase);
}
