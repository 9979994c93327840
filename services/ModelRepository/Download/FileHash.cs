using System.Security.Cryptography;

namespace InferenceTracing.ModelRepository.Download;

internal static class FileHash
{
    /// <summary>SHA-256 in lower-case hexadecimal; 20 MB take about 15 ms, so nothing is cached.</summary>
    public static async Task<string> OfAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using var _ = file.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    }
}
