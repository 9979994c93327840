using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace InferenceTracing.OpenInference.Server;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>: read, ask the model, answer; a failure is said in answer, span and log.</summary>
internal sealed class InferEndpoint(ModelCalls calls)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (InferenceException refusal) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var model = calls.Resolve(context.GetRouteValue("model") as string, context.GetRouteValue("version") as string);
        var deadline = calls.ReadDeadline(context.Request.Headers[Deadline.Header], context.Request.Headers[Deadline.PriorityHeader]);
        using var source = deadline.Link(context.RequestAborted);

        try
        {
            var (header, images) = await RequestReader.ReadAsync(context.Request, calls.Options.MaxBatch, source.Token).ConfigureAwait(false);

            using (images)
            {
                var prediction = await calls.AskAsync(images, deadline, source.Token).ConfigureAwait(false);
                // An answer that is there is sent: cut off by the deadline it would be followed by the refusal, in one body.
                await AnswerWriter.WriteAsync(context.Response, header, model.Metadata, prediction, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException late) when (!context.RequestAborted.IsCancellationRequested && source.IsCancellationRequested)
        {
            throw InferenceException.TooLate(deadline.Budget, late);
        }
    }

    /// <summary>Answers a refusal as v2 has it, <c>{"error": …}</c> with its status.</summary>
    public Task RefuseAsync(HttpContext context, InferenceException refusal)
    {
        calls.Report(context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current, refusal);

        var response = context.Response;
        response.Clear();
        response.StatusCode = refusal.Status;
        response.Headers[ErrorType.Header] = refusal.Reason;

        if (refusal.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Status == StatusCodes.Status415UnsupportedMediaType)
        {
            // RFC 9110, 12.5.3: what would be taken.
            response.Headers.AcceptEncoding = ContentCoding.Understood;
        }

        return response.WriteAsJsonAsync(new ErrorBody(refusal.Message), options: null, WireHeaders.Json, context.RequestAborted);
    }
}

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
