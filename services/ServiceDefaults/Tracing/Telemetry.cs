using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>The one source of our own spans, and the one way to mark a failed one. docs/telemetry.md lists what it emits.</summary>
public static class Telemetry
{
    /// <summary>Name of the source and of the meter.</summary>
    public const string Name = "InferenceTracing";

    /// <summary>The build's version: <c>service.version</c>.</summary>
    public static string Version { get; } =
        typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Starts spans.</summary>
    public static ActivitySource Source { get; } = new(Name, Version);

    /// <summary>Marks <paramref name="span"/> as failed.</summary>
    /// <param name="span">The span; null where nobody listens.</param>
    /// <param name="errorType">Low-cardinality reason: the attribute <c>error.type</c>.</param>
    /// <param name="description">One line for the reader of the trace.</param>
    public static void Fail(Activity? span, string errorType, string? description = null)
    {
        span?.SetTag("error.type", errorType);
        span?.SetStatus(ActivityStatusCode.Error, description);
    }
}

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

/// <summary>
/// What a call says of itself in the trace. HttpClient knows addresses and no routes, so it calls each span by its method alone; the calls of the system all
/// go to models, and their route and the model that is asked can be read from the address.
/// </summary>
internal static class ClientSpanName
{
    private const string Models = "/v2/models/";
    private const string Versions = "/versions/";
    private const string Infer = "/infer";
    private const string GrpcInfer = "/inference.GRPCInferenceService/ModelInfer";

    public static void Give(Activity span, HttpRequestMessage request)
    {
        var path = request.RequestUri is { IsAbsoluteUri: true } address ? address.AbsolutePath : "";

        if (path.EndsWith(GrpcInfer, StringComparison.Ordinal))
        {
            span.DisplayName = GrpcInfer[1..];
            span.SetTag("url.template", GrpcInfer);
            return;
        }

        var models = path.IndexOf(Models, StringComparison.Ordinal);

        if (models < 0 || path.Length < models + Models.Length + Infer.Length || !path.EndsWith(Infer, StringComparison.Ordinal))
        {
            return;
        }

        var asked = path[(models + Models.Length)..^Infer.Length];
        var version = asked.IndexOf(Versions, StringComparison.Ordinal);
        var template = version < 0 ? "/v2/models/{model}/infer" : "/v2/models/{model}/versions/{version}/infer";
        span.DisplayName = $"{request.Method} {template}";
        span.SetTag("url.template", template);
        span.SetTag("inference.model.name", Uri.UnescapeDataString(version < 0 ? asked : asked[..version]));
    }
}

/// <summary>
/// Passes W3C trace context on and nothing else: what a stranger writes into <c>baggage</c> (https://www.w3.org/TR/baggage/) would otherwise travel through every
/// hop, and nothing here reads it.
/// </summary>
internal sealed class TraceContextOnly : DistributedContextPropagator
{
    private const string Baggage = "baggage";

    private readonly DistributedContextPropagator _w3c = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields { get; } = ["traceparent", "tracestate"];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _w3c.Inject(
        activity, carrier, setter is null ? null : (to, name, value) =>
        {
            if (name is not Baggage)
            {
                setter(to, name, value);
            }
        });

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        _w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
