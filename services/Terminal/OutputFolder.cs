namespace InferenceTracing.Terminal;

/// <summary>A folder that an option names for what a command will write: made and tried before the command begins, not found out at its end.</summary>
public static class OutputFolder
{
    /// <summary>The folder's whole path; it is there, and can be written to.</summary>
    /// <param name="option">Whose folder it is, for the refusal.</param>
    /// <param name="path">As it was given.</param>
    /// <exception cref="CommandException">It is a file, or nothing can be written there.</exception>
    public static string Make(string option, string path)
    {
        try
        {
            var folder = Directory.CreateDirectory(path).FullName;
            using var probe = new FileStream(
                Path.Combine(folder, $".{Path.GetRandomFileName()}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(File.Exists(path)
                ? $"{option} takes a folder, and {path} is a file."
                : $"{option}: nothing can be written to '{path}' ({failure.Message}).");
        }
    }
}
