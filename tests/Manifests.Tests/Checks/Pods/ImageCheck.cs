using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>Every image is pinned: by a tag that does not move, in production by digest or with a reason in checks.yaml.</summary>
internal sealed class ImageCheck : IManifestCheck
{
    private static readonly string[] MovingTags = ["latest", "main", "master", "edge", "nightly", "stable"];

    public string Name => "images";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var excused = manifests.Tree.Trusted.Items("undigested")
            .Where(entry => entry.Text("why")?.Length > 0)
            .Select(entry => entry.Text("image"))
            .ToHashSet();

        return from pod in manifests.Cluster.Workloads
               from container in pod.Containers
               where container.Image.Length > 0 || !pod.IsOperated
               let problem = Problem(container.Image, manifests.IsProduction, excused)
               where problem is not null
               select new Finding(pod.ToString(), $"container {container.Name}: {problem}");
    }

    private static string? Problem(string image, bool isProduction, HashSet<string?> excused) => ImageReference.Parse(image) switch
    {
        null => $"the image '{image}' is no image's name",
        { Tag: null, Digest: null } => $"the image {image} has no tag",
        { Tag: { } tag } when MovingTags.Contains(tag) => $"the tag {tag} of {image} moves",
        { Digest: null, Repository: var repository } when isProduction && !excused.Contains(repository) =>
            $"the image {image} has no digest, and checks.yaml no reason",
        _ => null,
    };
}
