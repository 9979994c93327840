using System.Globalization;
using InferenceTracing.Gateway.Keys;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace InferenceTracing.Gateway.Proxy;

/// <summary>
/// Gives what the gateway refuses, or cannot forward, the protocol's own body <c>{"error": "…"}</c>, the span its <c>error.type</c> and the log
/// a line. An answer that a service behind the gateway has given passes as it is.
/// </summary>
internal sealed class RefusalMiddleware(RequestDelegate next, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<RefusalMiddleware> logger)
{
    private const int KeyChange = 15;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly long _maxBodyBytes = options.Value.MaxBodyBytes;

    public async Task InvokeAsync(HttpContext context)
    {
        if (GrpcAnswer.IsGrpc(context.Request))
        {
            // YARP lifts the limit of what looks like gRPC, since it may be a stream; here it is one message, and Kestrel's limit stays what it is where nobody finds it.
            context.Features.Set<IHttpMaxRequestBodySizeFeature>(null);
        }

        _ = Deadline.TryRead(context.Request.Headers[Deadline.Header], Longest, clock, out var deadline);

        if (context.Request.ContentLength > _maxBodyBytes)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        }
        else
        {
            await next(context).ConfigureAwait(false);
        }

        // What a service behind the gateway has answered passes as it is, be it with an empty body.
        context.Features.Get<IStatusCodePagesFeature>()?.Enabled = false;

        if (GrpcAnswer.IsGrpc(context.Request))
        {
            RefuseGrpc(context, deadline);
            return;
        }

        if (context.Response.HasStarted || Refusal(context, deadline) is not { } refusal || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        context.Response.StatusCode = refusal.Status;
        context.Response.Headers[ErrorType.Header] = refusal.Reason;
        context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag("error.type", refusal.Reason);
        Log.Refused(logger, context.Request.Method, context.Request.Path, refusal.Status, refusal.Reason);

        if (refusal.Status is StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = (refusal.RetryAfter ?? 1).ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Status is StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Kestrel does not read the rest of such a body but ends the connection; a caller who is not told would use it again.
            context.Response.Headers.Connection = "close";
        }

        await context.Response.WriteAsJsonAsync(new { error = refusal.Message }, options: null, "application/json", context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A gRPC call is refused as gRPC has it; what the service behind the gateway has answered is noted.</summary>
    private void RefuseGrpc(HttpContext context, Deadline deadline)
    {
        if (!context.Response.HasStarted && Refusal(context, deadline) is { } refusal)
        {
            var status = refusal.Reason is "no_route" ? GrpcAnswer.Unimplemented : GrpcAnswer.StatusOf(refusal.Status);
            TimeSpan? wait = refusal.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests ? TimeSpan.FromSeconds(refusal.RetryAfter ?? 1) : null;
            context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag("error.type", refusal.Reason);
            Log.Refused(logger, context.Request.Method, context.Request.Path, refusal.Status, refusal.Reason);
            GrpcAnswer.Refuse(context.Response, status, refusal.Message, wait);
        }

        GrpcAnswer.Note(context);
    }

    private Refusal? Refusal(HttpContext context, Deadline deadline) => context.GetForwarderErrorFeature()?.Error switch
    {
        ForwarderError.NoAvailableDestinations =>
            new(StatusCodes.Status503ServiceUnavailable, "no_healthy_upstream", "The service behind the gateway is not ready; try again shortly."),
        ForwarderError.Request or ForwarderError.RequestBodyDestination or ForwarderError.ResponseHeaders when deadline.HasPassed =>
            // Who is late stops reading: what looks like a broken connection here is its deadline.
            new(StatusCodes.Status504GatewayTimeout, "deadline_exceeded", "The deadline passed while the request was on its way."),
        ForwarderError.RequestTimedOut =>
            new(StatusCodes.Status504GatewayTimeout, "upstream_timeout", "The service behind the gateway did not answer in time."),
        ForwarderError.RequestBodyClient when context.Response.StatusCode == StatusCodes.Status413PayloadTooLarge => TooLarge(),
        ForwarderError.RequestBodyClient =>
            new(StatusCodes.Status400BadRequest, "request_body_broken", "The request body could not be read to its end."),
        ForwarderError.Request or ForwarderError.RequestCreation or ForwarderError.RequestBodyDestination or ForwarderError.ResponseHeaders =>
            new(StatusCodes.Status503ServiceUnavailable, "upstream_unreachable", "The service behind the gateway cannot be reached; try again shortly."),
        // The service behind the gateway has answered, be it with an empty body.
        null when context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination is not null => null,
        null => context.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden when IsTelemetryWithAKey(context) => new(
                StatusCodes.Status503ServiceUnavailable, "key_not_accepted",
                "This API key does not open the route for telemetry. Keep what you have and try again: keys change.", KeyChange),
            StatusCodes.Status401Unauthorized => new(StatusCodes.Status401Unauthorized, "no_api_key", "Send a known API key in x-api-key."),
            StatusCodes.Status403Forbidden => new(StatusCodes.Status403Forbidden, "scope_missing", "This API key does not open this route."),
            StatusCodes.Status404NotFound when context.GetEndpoint() is null => new(StatusCodes.Status404NotFound, "no_route", "There is no such route."),
            StatusCodes.Status405MethodNotAllowed => new(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "The route does not know this method."),
            StatusCodes.Status413PayloadTooLarge => TooLarge(),
            StatusCodes.Status429TooManyRequests => new(StatusCodes.Status429TooManyRequests, "rate_limited", "Too many requests for this key; try again shortly."),
            StatusCodes.Status503ServiceUnavailable => new(StatusCodes.Status503ServiceUnavailable, "background_full", "Too many background requests are under way; try again shortly."),
            _ => null,
        },
        _ => null,
    };

    /// <summary>
    /// Exporters give up what a 401 or 403 refuses (OTLP: only 429, 502, 503 and 504 may be tried again), and an edge whose key is changed would lose its whole
    /// backlog while the two sides differ. A key that is merely not known yet is worth a second try; none at all is not.
    /// </summary>
    private static bool IsTelemetryWithAKey(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy is "otlp"
        && ApiKeyAuthentication.KeyOf(context.Request) is not null;

    private Refusal TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge, "request_too_large", $"The request body is longer than the {_maxBodyBytes} bytes the gateway takes.");
}

/// <summary>Why a request was not forwarded.</summary>
/// <param name="RetryAfter">Seconds after which a 503 may be tried again; 1 where nothing is said.</param>
internal sealed record Refusal(int Status, string Reason, string Message, int? RetryAfter = null);

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} refused with {Status}: {Reason}")]
    public static partial void Refused(ILogger logger, string method, string path, int status, string reason);
}
