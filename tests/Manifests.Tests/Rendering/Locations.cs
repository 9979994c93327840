namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>Where things lie, seen from the test's own folder.</summary>
internal static class Locations
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Manifests { get; } = Path.Combine(Root, "k8s");

    /// <summary>OpenAPI schemas of an API server, beside the checkout; not everybody has them.</summary>
    public static string Schemas { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "k8s"));

    public static string Tools { get; } = Path.Combine(Root, "artifacts", "tools");

    public static string Examples { get; } = Path.Combine(Root, "tests", "Manifests.Tests");

    private static string Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "InferenceTracing.sln")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No InferenceTracing.sln above {folder}.");
    }
}
