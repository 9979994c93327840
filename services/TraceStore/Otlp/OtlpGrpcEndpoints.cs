using Google.Protobuf;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// OTLP over gRPC on HTTP/2 without TLS: a frame in, a frame and two trailers out (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Not
/// Grpc.AspNetCore: it unpacks and parses a message, without a limit, before anybody can ask whether there is room for it.
/// </summary>
internal static class OtlpGrpcEndpoints
{
    private const int Internal = 13;

    /// <summary>Why metrics are refused, at both doors.</summary>
    public const string NoMetrics = "This store takes traces and logs, no metrics.";

    public static void MapOtlpGrpc(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", context => ExportAsync<TraceIntake>(context));
        routes.MapPost("/opentelemetry.proto.collector.logs.v1.LogsService/Export", context => ExportAsync<LogIntake>(context));
        routes.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Unknown);
    }

    private static async Task ExportAsync<TIntake>(HttpContext context)
        where TIntake : IIntake
    {
        if (!GrpcAnswer.IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        try
        {
            var intake = context.RequestServices.GetRequiredService<TIntake>();
            await AnswerAsync(context, intake.Answer(await AcceptAsync(context, intake)));
        }
        catch (StoreUnavailableException unavailable)
        {
            Refuse(context, OtlpMessages.Refusal(unavailable).GrpcStatus, unavailable.Message);
        }
        catch (OtlpException refusal)
        {
            Refuse(context, refusal.GrpcStatus, refusal.Message);
        }
        catch (Exception defect) when (defect is not (OperationCanceledException or BadHttpRequestException) && !context.Response.HasStarted)
        {
            Log.ExportFailed(context.RequestServices.GetRequiredService<ILogger<TIntake>>(), defect);
            Refuse(context, Internal, "Internal error; the log has the details.");
        }
    }

    private static async Task<ExportResult> AcceptAsync(HttpContext context, IIntake intake)
    {
        var limits = context.RequestServices.GetRequiredService<IOptions<OtlpOptions>>().Value;
        var budget = context.RequestServices.GetRequiredService<IntakeBudget>();
        OtlpHttpEndpoints.Limit(context, GrpcFrame.PrefixBytes + (long)limits.MaxBodyBytes);
        using var body = await OtlpHttpEndpoints.ReadAsync(context.Request.Body, "", limits, budget, context.RequestAborted);
        var frame = GrpcFrame.Parse(body.Memory);

        if (!frame.Compressed)
        {
            return await intake.AcceptAsync(frame.Message, OtlpEncoding.Protobuf);
        }

        await using var packed = new MessageStream(frame.Message);
        var encoding = context.Request.Headers["grpc-encoding"].ToString();
        using var message = await OtlpHttpEndpoints.ReadAsync(
            packed, encoding is "gzip" or "deflate" ? encoding : "unknown", limits, budget, context.RequestAborted);
        return await intake.AcceptAsync(message.Memory, OtlpEncoding.Protobuf);
    }

    /// <summary>Metrics: said in gRPC, so that the sender's log names the reason.</summary>
    private static IResult Unknown(HttpContext context)
    {
        if (!GrpcAnswer.IsGrpc(context.Request))
        {
            return Results.NotFound();
        }

        Refuse(context, GrpcAnswer.Unimplemented, NoMetrics);
        return Results.Empty;
    }

    private static async Task AnswerAsync(HttpContext context, IMessage answer)
    {
        context.Response.ContentType = GrpcAnswer.ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip,deflate";
        await context.Response.Body.WriteAsync(GrpcFrame.Write(answer.ToByteArray()), context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static void Refuse(HttpContext context, int status, string message)
    {
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip,deflate";
        GrpcAnswer.Refuse(context.Response, status, message);
    }
}
