using System.Globalization;
using System.Text;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// OTLP over gRPC: the unary <c>TraceService/Export</c> on HTTP/2 without TLS. One method of one service needs no gRPC library: a frame
/// in, a frame and two trailers out (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
/// </summary>
internal static class OtlpGrpcEndpoints
{
    private const string ContentType = "application/grpc";
    private const int Internal = 13;
    private const int Unimplemented = 12;

    public static void MapOtlpGrpc(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", ExportAsync);
        routes.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Unknown);
        routes.MapPost("/opentelemetry.proto.collector.logs.v1.LogsService/Export", Unknown);
    }

    private static async Task ExportAsync(HttpContext context, TraceIntake intake)
    {
        if (!IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        try
        {
            OtlpHttpEndpoints.Limit(context, GrpcFrame.PrefixBytes + (long)intake.MaxBodyBytes);
            using var body = await intake.ReadAsync(context.Request.Body, gzip: false, context.RequestAborted);
            var frame = GrpcFrame.Parse(body.Content);
            await AnswerAsync(context, frame.Compressed ? await GunzipAsync(context, intake, frame) : intake.Accept(frame.Message, OtlpEncoding.Protobuf));
        }
        catch (OtlpException refusal)
        {
            Refuse(context, refusal.GrpcStatus, refusal.Message);
        }
        catch (Exception defect) when (defect is not (OperationCanceledException or BadHttpRequestException) && !context.Response.HasStarted)
        {
            Log.ExportFailed(context.RequestServices.GetRequiredService<ILogger<TraceIntake>>(), defect);
            Refuse(context, Internal, "Internal error; the log has the details.");
        }
    }

    private static async Task<ExportResult> GunzipAsync(HttpContext context, TraceIntake intake, GrpcFrame frame)
    {
        if (context.Request.Headers["grpc-encoding"] != "gzip")
        {
            throw new OtlpException(OtlpFault.Unsupported, "The message encoding must be gzip or identity.");
        }

        using var packed = new MemoryStream(frame.Message.Array!, frame.Message.Offset, frame.Message.Count, writable: false);
        using var message = await intake.ReadAsync(packed, gzip: true, context.RequestAborted);
        return intake.Accept(message.Content, OtlpEncoding.Protobuf);
    }

    /// <summary>Metrics and logs: said in gRPC, so that the sender's log names the reason.</summary>
    private static IResult Unknown(HttpContext context)
    {
        if (!IsGrpc(context.Request))
        {
            return Results.NotFound();
        }

        Refuse(context, Unimplemented, "This store takes traces only.");
        return Results.Empty;
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && !type.StartsWith("application/grpc-web", StringComparison.OrdinalIgnoreCase);

    private static async Task AnswerAsync(HttpContext context, ExportResult result)
    {
        context.Response.ContentType = ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
        await context.Response.Body.WriteAsync(GrpcFrame.Write(OtlpMessages.Write(result, OtlpEncoding.Protobuf)), context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>"Trailers-only": with no body the headers are the trailers.</summary>
    private static void Refuse(HttpContext context, int status, string message)
    {
        context.Response.ContentType = ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
        context.Response.Headers["grpc-status"] = status.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = PercentEncode(message);
    }

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
