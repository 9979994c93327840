using System.Buffers;
using System.Diagnostics;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Upload;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

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
