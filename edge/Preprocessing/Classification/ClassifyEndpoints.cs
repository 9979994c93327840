using System.Buffers;
using System.Diagnostics;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary><c>POST /preprocessing</c>, also <c>POST /v1/classify</c>: a photograph in, a prediction out; RFC 9457 problem details on error.</summary>
internal static class ClassifyEndpoints
{
    private const string DeviceHeader = "x-device-id";
    private const int LongestDeviceName = 64;

    private static readonly SearchValues<char> DeviceLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    public static void MapClassify(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/preprocessing", ClassifyAsync);
        endpoints.MapPost("/v1/classify", ClassifyAsync);
    }

    /// <summary>What the framework refuses by itself is said as everything else is.</summary>
    public static Task SayWhyAsync(StatusCodeContext bare)
    {
        var (context, status) = (bare.HttpContext, bare.HttpContext.Response.StatusCode);
        var (reason, detail) = status switch
        {
            StatusCodes.Status404NotFound => ("no_route", "There is no such page or route; photographs go to POST /preprocessing."),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", "The route does not take this method; photographs go to POST /preprocessing."),
            _ => ("refused", $"The request is refused with {status}."),
        };
        Activity.Current?.SetTag("error.type", reason);
        return TypedResults.Problem(detail, statusCode: status, extensions: [new("reason", reason)]).ExecuteAsync(context);
    }

    private static async Task<IResult> ClassifyAsync(
        HttpContext context,
        [FromServices] UploadReader uploads,
        [FromServices] Classifier classifier,
        [FromServices] InFlight inFlight,
        [FromServices] IOptions<ClusterOptions> cluster,
        [FromServices] IOptions<PreprocessingOptions> options,
        [FromServices] TimeProvider time,
        [FromServices] ILogger<Classifier> logger)
    {
        var cancellationToken = context.RequestAborted;
        TagDevice(Activity.Current, context.Request.Headers[DeviceHeader]);

        try
        {
            var clock = new StageClock(time);
            using var photo = await uploads.ReadAsync(context.Request, cancellationToken).ConfigureAwait(false);
            clock.End(Stage.Upload);

            if (!Deadline.TryRead(context.Request.Headers[Deadline.Header], options.Value.Timeout, time, out var deadline))
            {
                throw InferenceException.InvalidDeadline();
            }

            using var place = await inFlight.EnterAsync(deadline, cancellationToken).ConfigureAwait(false);
            clock.End(Stage.Queue);
            return TypedResults.Ok(await classifier.ClassifyAsync(photo, clock, deadline, cancellationToken).ConfigureAwait(false));
        }
        catch (ImageRejectedException rejected)
        {
            return Problem(context, logger, TraceReference.Current(cluster.Value), rejected.Status, rejected.Reason, rejected.Message, retryAfter: null);
        }
        catch (InferenceException failed)
        {
            return Problem(context, logger, TraceReference.Current(cluster.Value), failed.Status, failed.Reason, failed.Message, failed.RetryAfter);
        }
    }

    /// <summary>Which edge sent the photograph, where it says so. Anybody can send the header, so only what is a name reaches the trace.</summary>
    private static void TagDevice(Activity? span, string? device)
    {
        if (device is { Length: > 0 and <= LongestDeviceName } && !device.AsSpan().ContainsAnyExcept(DeviceLetters))
        {
            // The second name is what groups traces of one caller elsewhere, in MLflow for one.
            span?.SetTag("device.id", device).SetTag("session.id", device);
        }
    }

    private static ProblemHttpResult Problem(
        HttpContext context, ILogger logger, TraceReference? trace, int status, string reason, string detail, TimeSpan? retryAfter)
    {
        Log.Refused(logger, status, reason, detail);

        // A refusal is no failure of the server's (HTTP conventions: a 4xx leaves a server span's status unset); its reason is worth a search.
        Activity.Current?.SetTag("error.type", reason);

        if (status >= StatusCodes.Status500InternalServerError)
        {
            Telemetry.Fail(Activity.Current, reason, detail);
        }

        if (status is StatusCodes.Status408RequestTimeout or StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Kestrel does not read the rest of such a body but ends the connection; a caller who is not told would use it again.
            context.Response.Headers.Connection = "close";
        }

        if (reason is UploadReader.EncodingUnsupported)
        {
            // RFC 9110, 12.5.3: what would be taken.
            context.Response.Headers.AcceptEncoding = "identity";
        }

        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return TypedResults.Problem(detail, statusCode: status, extensions: [new("reason", reason), new("trace", trace)]);
    }
}

/// <summary>Takes the photograph out of a request: the body itself, or the part <c>file</c> of a multipart form.</summary>
internal sealed class UploadReader(MemoryBudget memory, IOptions<ImageOptions> limits, IOptions<PreprocessingOptions> options, TimeProvider clock)
{
    /// <summary>Bytes a form adds to the file it carries: boundaries, part headers and small other fields.</summary>
    public const int FormBytes = 64 * 1024;

    /// <summary>The reason of a body that is compressed, or otherwise encoded.</summary>
    public const string EncodingUnsupported = "content_encoding_unsupported";

    private const string Field = "file";
    private const int MaxBoundaryLength = 128;

    private readonly int _maxBytes = limits.Value.MaxBytes;

    /// <summary>The file's bytes; the caller disposes them.</summary>
    /// <exception cref="ImageRejectedException">Too long (413), no such part, or cut off (400).</exception>
    public async Task<PooledBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var span = Telemetry.Source.StartActivity("edge.upload");

        try
        {
            return await ReadInTimeAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is ImageRejectedException or InferenceException)
        {
            Telemetry.Fail(span, (refused as ImageRejectedException)?.Reason ?? ((InferenceException)refused).Reason, refused.Message);
            throw;
        }
    }

    private async Task<PooledBody> ReadInTimeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > _maxBytes + FormBytes)
        {
            throw TooLarge();
        }

        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ImageRejectedException(
                EncodingUnsupported, "The body comes with a Content-Encoding; send the file as it is.", StatusCodes.Status415UnsupportedMediaType);
        }

        using var timeUp = new CancellationTokenSource(options.Value.UploadTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);

        try
        {
            var file = await FileAsync(request, either.Token).ConfigureAwait(false);
            return await PooledBody.ReadAsync(file, _maxBytes, either.Token, memory.TakeForUpload).ConfigureAwait(false) ?? throw TooLarge();
        }
        catch (OperationCanceledException) when (timeUp.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ImageRejectedException(
                "upload_timeout", $"The upload takes longer than {options.Value.UploadTimeout.TotalSeconds:0.###} seconds.", StatusCodes.Status408RequestTimeout);
        }
        catch (BadHttpRequestException refusal) when (refusal.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            // A body that is cut off, or a form that ends before its closing boundary.
            throw Broken(broken);
        }
    }

    private static async Task<Stream> FileAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) is not true)
        {
            return request.Body;
        }

        var boundary = BoundaryOf(request.ContentType);

        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundaryLength)
        {
            throw new ImageRejectedException("multipart_malformed", "The multipart body has no usable boundary.", StatusCodes.Status400BadRequest);
        }

        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8 * 1024 };

        while (await reader.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && HeaderUtilities.RemoveQuotes(disposition.Name) == Field)
            {
                return section.Body;
            }
        }

        throw new ImageRejectedException("file_missing", $"The form has no part named '{Field}'.", StatusCodes.Status400BadRequest);
    }

    /// <summary>
    /// As people send it: RFC 2046 allows characters in a boundary that a header's value must quote, and not every client does.
    /// </summary>
    private static string? BoundaryOf(string contentType)
    {
        const string Name = "boundary=";
        var at = contentType.IndexOf(Name, StringComparison.OrdinalIgnoreCase);

        if (at < 0)
        {
            return null;
        }

        var value = contentType[(at + Name.Length)..].TrimStart();
        return value.StartsWith('"') ? value[1..].Split('"', 2)[0] : value.Split(';', 2)[0].TrimEnd();
    }

    private ImageRejectedException TooLarge() =>
        new(ImageRejectedException.TooLarge, $"The file is longer than the {_maxBytes} bytes that are taken.", StatusCodes.Status413PayloadTooLarge);

    // In its own words: the library's repeat what it could not read, which may be a file's name or a piece of the picture.
    private static ImageRejectedException Broken(Exception failure) =>
        new("upload_broken", "The upload ends too early, or its form is malformed.", StatusCodes.Status400BadRequest, failure);
}
