namespace InferenceTracing.Containers.Tests.Publishing;

/// <summary>The Dockerfiles of the checkout; each lies beside the project that its image runs.</summary>
internal static class Dockerfiles
{
    /// <summary>The projects, from the checkout's root.</summary>
    public static IReadOnlyList<string> Projects { get; } =
    [
        .. from part in new[] { "edge", "services", "compose" }
           from file in Directory.EnumerateFiles(CheckoutFiles.At(part), "Dockerfile", SearchOption.AllDirectories)
           let folder = Path.GetDirectoryName(file)!
           select Path.GetRelativePath(CheckoutFiles.At(), Directory.GetFiles(folder, "*.csproj").Single()),
    ];

    public static string[] Read(string project) => File.ReadAllLines(CheckoutFiles.At(Path.GetDirectoryName(project)!, "Dockerfile"));
}
