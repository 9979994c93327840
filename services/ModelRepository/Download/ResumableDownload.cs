using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace InferenceTracing.ModelRepository.Download;

/// <summary>
/// Fetches a pinned file into <c>&lt;target&gt;.part</c>, goes on where an earlier attempt ended, and gives it its name only once size and
/// SHA-256 are right.
/// </summary>
/// <param name="client">Follows redirects; makes no spans.</param>
/// <param name="patience">The longest time without a byte.</param>
internal sealed class ResumableDownload(HttpClient client, TimeSpan patience)
{
    private const int BufferBytes = 64 * 1024;

    /// <exception cref="DownloadException">No address had it.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task FetchAsync(PinnedFile file, string target, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var part = target + ".part";
        var failures = new List<string>();

        foreach (var address in file.Addresses)
        {
            if (await TryAsync(file, address, part, progress, cancellationToken).ConfigureAwait(false) is not { } failure)
            {
                File.Move(part, target, overwrite: true);
                return;
            }

            failures.Add($"{address.Host}: {failure}");
        }

        if (new FileInfo(part) is { Exists: true, Length: 0 } empty)
        {
            empty.Delete();
        }

        throw new DownloadException(string.Join("; ", failures));
    }

    private async Task<string?> TryAsync(
        PinnedFile file, Uri address, string part, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            await AppendAsync(file, address, part, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or DownloadException)
        {
            return failure.Message.ReplaceLineEndings(" ");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"nothing came for {patience.TotalSeconds:0} s";
        }

        progress.Report(new ModelProgress("verifying"));

        if (new FileInfo(part).Length == file.Bytes
            && await FileHash.OfAsync(part, cancellationToken).ConfigureAwait(false) == file.Sha256)
        {
            return null;
        }

        File.Delete(part);
        return "what came is not the pinned file";
    }

    private async Task AppendAsync(
        PinnedFile file, Uri address, string part, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        var output = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        await using var _ = output.ConfigureAwait(false);

        if (output.Length >= file.Bytes)
        {
            return;
        }

        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Range = output.Length > 0 ? new RangeHeaderValue(output.Length, null) : null;
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);

        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == output.Length)
        {
            output.Seek(0, SeekOrigin.End);
        }
        else if (response.StatusCode == HttpStatusCode.OK)
        {
            output.SetLength(0);
        }
        else
        {
            throw new DownloadException($"status {(int)response.StatusCode}");
        }

        var input = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];

        while (await ReadAsync(input, buffer, stall.Token).ConfigureAwait(false) is var read and > 0)
        {
            stall.CancelAfter(patience);
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);

            if (output.Length > file.Bytes)
            {
                output.SetLength(0);
                throw new DownloadException("more came than the pinned file has");
            }

            progress.Report(new ModelProgress("downloading", (double)output.Length / file.Bytes));
        }
    }

    /// <summary>A connection that breaks is an IOException like a full disk, but only the first is a reason to ask elsewhere.</summary>
    private static async Task<int> ReadAsync(Stream input, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException broken)
        {
            throw new DownloadException(broken.Message);
        }
    }
}

/// <summary>A file could not be fetched; the message says why, address by address.</summary>
internal sealed class DownloadException(string message) : Exception(message);

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
