using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Completes ASP.NET Core's own server span, which on .NET 10 ends without name, route, status code or error (they come with .NET 11), after
/// opentelemetry.io/docs/specs/semconv/http/http-spans; and gives every answer the <c>traceparent</c> of its trace.
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
        finally
        {
            Complete(span, context);
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

        return context.Response.WriteAsJsonAsync(new { error });
    }

    private static Task WriteTraceparent(object state)
    {
        var context = (HttpContext)state;
        context.Response.Headers["traceparent"] = context.Features.Get<IHttpActivityFeature>()?.Activity.Id;
        return Task.CompletedTask;
    }

    private static void Complete(Activity? span, HttpContext context)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        var route = context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route;
        var status = context.Response.StatusCode;

        // A method nobody knows must not make a name of its own.
        var method = span.GetTagItem("http.request.method") is "_OTHER" ? "HTTP" : context.Request.Method;

        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        span.SetTag("network.protocol.version", HttpVersion(context.Request.Protocol));

        if (status >= 500 && span.Status != ActivityStatusCode.Error)
        {
            Telemetry.Fail(span, span.GetTagItem("error.type") as string ?? status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static string HttpVersion(string protocol) =>
        HttpProtocol.IsHttp11(protocol) ? "1.1" : HttpProtocol.IsHttp2(protocol) ? "2" : HttpProtocol.IsHttp3(protocol) ? "3" : "1.0";
}
