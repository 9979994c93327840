namespace InferenceTracing.ModelRepository;

/// <summary>A version of a model with a configuration of its own: a graph and what it wants, in a folder that is there whole or not at all.</summary>
internal static class VersionFolder
{
    /// <summary>Puts a version into its place; whoever calls holds the repository's lock.</summary>
    /// <param name="folder">Its place; what is there goes.</param>
    /// <param name="graph">The file of its graph, which is copied.</param>
    /// <param name="config">What the graph wants.</param>
    public static void Replace(string folder, string graph, ModelConfig config)
    {
        // Neither name is a version's, so that nobody opens what is half written, or on its way out.
        string part = folder + ".part", old = folder + ".old";
        Delete(part);
        Delete(old);

        try
        {
            Directory.CreateDirectory(part);
            File.Copy(graph, Path.Combine(part, ModelSearchPath.GraphFile));
            config.Write(Path.Combine(part, ModelStore.ConfigFile));

            if (Directory.Exists(folder))
            {
                Directory.Move(folder, old);
            }

            Directory.Move(part, folder);
        }
        finally
        {
            Delete(part);
            Delete(old);
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
