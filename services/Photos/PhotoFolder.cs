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

        var found = asked is null ? Files(BesideCheckout()) : List(asked);

        return found.Count > 0
            ? [.. found.Select(file => new Photograph(file.Name, File.ReadAllBytes(file.FullName)))]
            : DrawnPhotos.Draw();
    }

    /// <summary>The photographs' files in a folder, by name.</summary>
    /// <exception cref="FileNotFoundException">There is no such folder, or no photograph in it.</exception>
    public static IReadOnlyList<FileInfo> List(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new FileNotFoundException($"--photos: there is no folder {folder}.");
        }

        return Files(new DirectoryInfo(folder)) is { Count: > 0 } found
            ? found
            : throw new FileNotFoundException($"--photos: {folder} holds no {string.Join(", ", Endings)} file.");
    }

    private static IReadOnlyList<FileInfo> Files(DirectoryInfo? folder) => folder is null
        ? []
        : [.. folder.EnumerateFiles().Where(file => Endings.Contains(file.Extension.ToLowerInvariant())).OrderBy(file => file.Name, StringComparer.Ordinal)];
}

/// <summary>A photograph to classify.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Bytes">The file, as it is sent.</param>
public sealed record Photograph(string Name, byte[] Bytes);
