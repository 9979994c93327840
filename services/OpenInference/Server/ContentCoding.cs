using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace InferenceTracing.OpenInference.Server;

/// <summary>gzip and deflate, of requests and, for those who ask for it, of answers (RFC 9110, 8.4.1 and 12.5.3; deflate is the zlib format).</summary>
internal static class ContentCoding
{
    /// <summary>What a request's body may be compressed with.</summary>
    public const string Understood = "gzip, deflate";

    private const string Gzip = "gzip", OldGzip = "x-gzip", Deflate = "deflate", Identity = "identity";

    private const int BufferBytes = 64 * 1024;

    /// <summary>The request's body as it was before it was compressed, which the caller completes; null where it is as it was.</summary>
    /// <exception cref="InferenceException">415.</exception>
    public static PipeReader? Unpack(HttpRequest request)
    {
        var coding = request.Headers.ContentEncoding;

        // How much of it is read is the reader's to bound: a few packed bytes may be a great many.
        return coding.Count == 0 || Is(coding, "") || Is(coding, Identity) ? null
            : Is(coding, Gzip) || Is(coding, OldGzip) ? Reader(new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true))
            : Is(coding, Deflate) ? Reader(new ZLibStream(request.Body, CompressionMode.Decompress, leaveOpen: true))
            : throw InferenceException.Encoded();
    }

    /// <summary>Where the answer is written so that it is compressed as the caller asks, and the headers say so; null where nobody asks. The caller completes it.</summary>
    public static PipeWriter? Pack(HttpResponse response)
    {
        if (Asked(response.HttpContext.Request) is not { } coding)
        {
            return null;
        }

        response.Headers.ContentEncoding = coding;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);

        // Probabilities hardly shrink, and the caller waits: the quickest level.
        Stream packed = coding == Gzip
            ? new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        return PipeWriter.Create(packed);
    }

    /// <summary>Of the two the one with the higher weight; gzip of equals.</summary>
    private static string? Asked(HttpRequest request)
    {
        if (request.Headers.AcceptEncoding.Count == 0 || !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var asked))
        {
            return null;
        }

        var (gzip, deflate) = (Weight(asked, Gzip), Weight(asked, Deflate));
        return gzip > 0 && gzip >= deflate ? Gzip : deflate > 0 ? Deflate : null;
    }

    private static double Weight(IList<StringWithQualityHeaderValue> asked, string coding)
    {
        foreach (var choice in asked)
        {
            if (choice.Value.Equals(coding, StringComparison.OrdinalIgnoreCase))
            {
                return choice.Quality ?? 1;
            }
        }

        return 0;
    }

    private static bool Is(string? coding, string name) => string.Equals(coding, name, StringComparison.OrdinalIgnoreCase);

    private static PipeReader Reader(Stream unpacked) => PipeReader.Create(unpacked, new StreamPipeReaderOptions(bufferSize: BufferBytes));
}
