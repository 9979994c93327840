using System.Diagnostics;
using System.Globalization;
using System.Text;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>
/// How a gRPC call ends (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and statuscodes.md): a number and a line, in the trailers, or in the headers where
/// there is no message. HTTP's own status stays 200, so span and metric are told here.
/// </summary>
public static class GrpcAnswer
{
    /// <summary>Every gRPC call has it, with or without a suffix.</summary>
    public const string ContentType = "application/grpc";

    /// <summary>There is no such call.</summary>
    public const int Unimplemented = 12;

    private const string Status = "grpc-status", Message = "grpc-message", Pushback = "grpc-retry-pushback-ms";

    private static readonly string[] Names =
    [
        "ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied", "resource_exhausted",
        "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
    ];

    /// <summary>True for a gRPC call; gRPC-Web is none.</summary>
    public static bool IsGrpc(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
            && !type.StartsWith(ContentType + "-web", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The status that says what an HTTP status says.</summary>
    public static int StatusOf(int httpStatus) => httpStatus switch
    {
        400 or 415 or 422 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        405 or 501 => Unimplemented,
        413 or 429 => 8,
        499 => 1,
        503 => 14,
        504 => 4,
        >= 500 => 13,
        _ => 2,
    };

    /// <summary>Refuses a call that has no answer yet, in the headers alone.</summary>
    /// <param name="response">Nothing of it is sent yet.</param>
    /// <param name="status">gRPC's number.</param>
    /// <param name="message">One line for the caller.</param>
    /// <param name="retryAfter">When it may try again, where that is known.</param>
    public static void Refuse(HttpResponse response, int status, string message, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(message);
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers[Status] = status.ToString(CultureInfo.InvariantCulture);
        response.Headers[Message] = PercentEncode(message);

        if (retryAfter is { } wait)
        {
            response.Headers[Pushback] = PushbackOf(wait).Value;
        }
    }

    /// <summary>When a refused call may be tried again (grpc/proposal, A6: server pushback).</summary>
    public static (string Name, string Value) PushbackOf(TimeSpan wait) =>
        (Pushback, Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

    /// <summary>Says on span and metric how the call ended that is answered now: by itself, or by a service that it was passed on to.</summary>
    public static void Note(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var text = trailers?[Status] is { Count: > 0 } trailer ? trailer : context.Response.Headers[Status];

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            return;
        }

        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("rpc.grpc.status_code", status));

        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            return;
        }

        var (service, method) = Split(context.Request.Path);
        span.SetTag("rpc.system", "grpc");
        span.SetTag("rpc.service", service);
        span.SetTag("rpc.method", method);
        span.SetTag("rpc.grpc.status_code", status);

        // The library's own names of the last two.
        span.SetTag("grpc.method", null);
        span.SetTag("grpc.status_code", null);

        if (status == 0 || span.Status == ActivityStatusCode.Error)
        {
            return;
        }

        var reason = span.GetTagItem("error.type") as string ?? (status < Names.Length ? Names[status] : "unknown");

        if (IsServers(status))
        {
            Telemetry.Fail(span, reason);
        }
        else
        {
            span.SetTag("error.type", reason);
        }
    }

    /// <summary>
    /// Calls the span of a call <c>package.Service/Method</c>. OpenTelemetry's instrumentation would call it by HTTP's method and route; what it can do of gRPC itself
    /// it does with names that are still changing, and writes over the reason of a failure.
    /// </summary>
    internal static void NameSpan(Activity span, HttpResponse response)
    {
        if (span.GetTagItem("rpc.service") is string service)
        {
            span.DisplayName = $"{service}/{span.GetTagItem("rpc.method")}";
        }
    }

    private static (string Service, string Method) Split(string? path)
    {
        var call = (path ?? "").TrimStart('/');
        var slash = call.LastIndexOf('/');
        return slash < 0 ? ("", call) : (call[..slash], call[(slash + 1)..]);
    }

    /// <summary>The server's fault and not the caller's, as OpenTelemetry's conventions for gRPC divide them.</summary>
    private static bool IsServers(int status) => status is 2 or 4 or Unimplemented or 13 or 14 or 15;

    private static string PercentEncode(string message)
    {
        var encoded = new StringBuilder(message.Length);

        foreach (var octet in Encoding.UTF8.GetBytes(message))
        {
            _ = octet is >= 0x20 and <= 0x7e and not (byte)'%'
                ? encoded.Append((char)octet)
                : encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return encoded.ToString();
    }
}
