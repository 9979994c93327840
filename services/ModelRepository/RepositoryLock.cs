namespace InferenceTracing.ModelRepository;

/// <summary>One process at a time writes to a repository: an advisory lock on <c>.lock</c>, which the kernel releases with its holder.</summary>
internal static class RepositoryLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for the lock; disposing the answer releases it.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static async Task<IDisposable> TakeAsync(string repository, Action waiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(repository);
        var path = Path.Combine(repository, ".lock");

        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                waiting();
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
