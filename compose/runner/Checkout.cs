namespace InferenceTracing.Runner;

/// <summary>Where things are: the checkout's root and the services' executables, which the same build has put beside the runner's.</summary>
internal sealed record Checkout(string Root, string Bin, string Configuration)
{
    /// <summary>The folder of the services' logs.</summary>
    public string Logs => Path.Combine(Root, "logs", "local");

    /// <summary>The folder of what outlives a run: the traces.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>The tests' photographs, where they lie beside the checkout.</summary>
    public string SharedPhotos => Path.GetFullPath(Path.Combine(Root, "..", "shared", "photos"));

    /// <summary>Photographs of which is known what they show, to quantise models with, where they lie beside the checkout.</summary>
    public string SharedLabelled => Path.GetFullPath(Path.Combine(Root, "..", "shared", "labelled"));

    /// <exception cref="LocalException">The runner was not started from a checkout.</exception>
    public static Checkout Find()
    {
        // artifacts/bin/Runner/<configuration>/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var root = own;

        while (root is not null && !File.Exists(Path.Combine(root.FullName, "InferenceTracing.sln")))
        {
            root = root.Parent;
        }

        return root is not null && own.Parent?.Parent is { } bin
            ? new Checkout(root.FullName, bin.FullName, own.Name)
            : throw new LocalException("The runner starts the services of its checkout: run it with `dotnet run --project compose/local` there.");
    }

    /// <summary>The executable of <paramref name="project"/>.</summary>
    /// <exception cref="LocalException">It was not built.</exception>
    public string Executable(string project)
    {
        var path = Path.Combine(Bin, project, Configuration, OperatingSystem.IsWindows() ? $"{project}.exe" : project);
        return File.Exists(path) ? path : throw new LocalException($"{project} is not built ({Path.GetRelativePath(Root, path)} is missing): run `dotnet build` first.");
    }
}
