namespace InferenceTracing.TraceStore.Storage;

/// <summary>Folders of stores that keep nothing. One that a killed process left behind is removed by the next.</summary>
internal static class VanishingFolder
{
    private const string Prefix = "tracestore-";

    public static string Create()
    {
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(IsLeft))
        {
            Delete(left);
        }

        return Directory.CreateTempSubdirectory(Prefix).FullName;
    }

    public static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The next one to start tries again.
        }
    }

    /// <summary>Whose lock nobody holds; one without a lock is just being made.</summary>
    private static bool IsLeft(string folder)
    {
        try
        {
            using var free = new FileStream(Path.Combine(folder, Database.FileName + ".lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
