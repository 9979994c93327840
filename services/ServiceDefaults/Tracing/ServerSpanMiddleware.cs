using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// What OpenTelemetry's instrumentation leaves to us: every answer carries the <c>traceparent</c> of its trace, a failure nobody has caught is
/// answered in one line and seen on the span, a caller who has gone is no failure (499).
/// </summary>
internal sealed class ServerSpanMiddleware(RequestDelegate next, ILogger<ServerSpanMiddleware> logger)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;

        if (span is { Recorded: true })
        {
            context.Response.OnStarting(WriteTraceparent, context);
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }
        }
        catch (BadHttpRequestException refusal) when (!context.Response.HasStarted)
        {
            // The caller's fault, found while its body was read: Kestrel's own status for it.
            await AnswerAsync(context, refusal.StatusCode, refusal.Message).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.Unhandled(logger, failure, context.Request.Method, context.Request.Path);
            span?.AddException(failure);
            Telemetry.Fail(span, failure.GetType().FullName!, failure.Message);

            if (context.Response.HasStarted)
            {
                // Too late for a status: a connection cut off tells the caller that the answer is not whole.
                context.Abort();
            }
            else
            {
                await AnswerAsync(context, StatusCodes.Status500InternalServerError, "Internal error; the trace and the log have the details.")
                    .ConfigureAwait(false);
            }
        }

        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError && span is { IsAllDataRequested: true } && span.Status != ActivityStatusCode.Error)
        {
            Telemetry.Fail(span, span.GetTagItem("error.type") as string ?? context.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string error)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;

        if (status is StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Kestrel does not read the rest of such a body but ends the connection; a caller who is not told would use it again.
            context.Response.Headers.Connection = "close";
        }

        return context.Response.WriteAsJsonAsync(new { error }, options: null, contentType: "application/json");
    }

    private static Task WriteTraceparent(object state)
    {
        var context = (HttpContext)state;
        context.Response.Headers["traceparent"] = context.Features.Get<IHttpActivityFeature>()?.Activity.Id;
        return Task.CompletedTask;
    }
}
