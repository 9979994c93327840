namespace InferenceTracing.Photos;

/// <summary>The photographs asked for, else the tests' beside the checkout, else pictures drawn here.</summary>
public static class PhotoFolder
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".webp"];

    /// <summary>The tests' photographs, beside the checkout that the running program was built from; null where there are none.</summary>
    public static DirectoryInfo? BesideCheckout()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);

        while (root is not null && !File.Exists(Path.Combine(root.FullName, "InferenceTracing.sln")))
        {
            root = root.Parent;
        }

        return root?.Parent is { } parent && Directory.Exists(Path.Combine(parent.FullName, "shared", "photos"))
            ? new DirectoryInfo(Path.Combine(parent.FullName, "shared", "photos"))
            : null;
    }

    /// <param name="asked">A folder of photographs, or one photograph; null for what is there.</param>
    /// <exception cref="FileNotFoundException">What was asked for is missing or holds no photograph.</exception>
    public static IReadOnlyList<Photograph> Read(string? asked)
    {
        if (File.Exists(asked))
        {
            return [new Photograph(Path.GetFileName(asked), File.ReadAllBytes(asked))];
        }

        if (asked is not null && !Directory.Exists(asked))
        {
            throw new FileNotFoundException($"--photos: there is no folder {asked}.");
        }

        var found = Files(asked is null ? BesideCheckout() : new DirectoryInfo(asked)).ToList();

        if (asked is not null && found.Count == 0)
        {
            throw new FileNotFoundException($"--photos: {asked} holds no {string.Join(", ", Endings)} file.");
        }

        return found.Count > 0
            ? [.. found.Select(file => new Photograph(file.Name, File.ReadAllBytes(file.FullName)))]
            : DrawnPhotos.Draw();
    }

    private static IEnumerable<FileInfo> Files(DirectoryInfo? folder) => folder is null
        ? []
        : folder.EnumerateFiles().Where(file => Endings.Contains(file.Extension.ToLowerInvariant())).OrderBy(file => file.Name, StringComparer.Ordinal);
}

/// <summary>A photograph to classify.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Bytes">The file, as it is sent.</param>
public sealed record Photograph(string Name, byte[] Bytes);
