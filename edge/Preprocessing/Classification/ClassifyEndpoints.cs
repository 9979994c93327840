using System.Buffers;
using System.Diagnostics;
using System.Threading.RateLimiting;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Imaging;
using InferenceTracing.Preprocessing.Upload;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
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
        using RateLimitLease place = await inFlight.EnterAsync(cancellationToken).ConfigureAwait(false);

        if (!place.IsAcquired)
        {
            return Problem(
                context, logger, TraceReference.Current(cluster.Value), StatusCodes.Status503ServiceUnavailable,
                "too_busy", "Too many photographs at once; try again shortly.", retryAfter: TimeSpan.FromSeconds(1));
        }

        try
        {
            var clock = new Stopwatches(time);
            PooledBody photo;

            using (clock.Time(Stage.Upload))
            {
                photo = await uploads.ReadAsync(context.Request, cancellationToken).ConfigureAwait(false);
            }

            using (photo)
            {
                if (!Deadline.TryRead(context.Request.Headers[Deadline.Header], options.Value.Timeout, time, out var deadline))
                {
                    throw InferenceException.InvalidDeadline();
                }

                return TypedResults.Ok(await classifier.ClassifyAsync(photo, clock, deadline, cancellationToken).ConfigureAwait(false));
            }
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

        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return TypedResults.Problem(detail, statusCode: status, extensions: [new("reason", reason), new("trace", trace)]);
    }
}
