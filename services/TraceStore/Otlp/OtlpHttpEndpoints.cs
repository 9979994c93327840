using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// OTLP over HTTP: <c>POST /v1/traces</c> and <c>/v1/logs</c>, protobuf or JSON, plain, gzip or deflate (opentelemetry.io/docs/specs/otlp/#otlphttp).
/// </summary>
internal static class OtlpHttpEndpoints
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";
    private const int Unimplemented = 12;

    public static void MapOtlpHttp(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/traces", context => ExportAsync<TraceIntake>(context));
        routes.MapPost("/v1/logs", context => ExportAsync<LogIntake>(context));
        routes.MapPost("/v1/metrics", Unknown);
    }

    /// <summary>Metrics: said as the other door says it, so that the sender's log names the reason.</summary>
    private static IResult Unknown() => Results.Json(
        new { code = Unimplemented, message = OtlpGrpcEndpoints.NoMetrics }, contentType: Json, statusCode: StatusCodes.Status404NotFound);

    private static async Task ExportAsync<TIntake>(HttpContext context)
        where TIntake : IIntake
    {
        var services = context.RequestServices;
        var (intake, limits) = (services.GetRequiredService<TIntake>(), services.GetRequiredService<IOptions<OtlpOptions>>().Value);
        var encoding = MediaType(context.Request) == Json ? OtlpEncoding.Json : OtlpEncoding.Protobuf;

        try
        {
            CheckMediaType(context.Request);
            IntakeBudget.Limit(context, limits.MaxBodyBytes);
            using var body = await services.GetRequiredService<IntakeBudget>().ReadAsync(
                context.Request.Body, context.Request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant(), context.RequestAborted);
            var result = await intake.AcceptAsync(body.Memory, encoding);
            await AnswerAsync(context, StatusCodes.Status200OK, OtlpMessages.Write(intake.Answer(result), encoding), encoding);
        }
        catch (StoreUnavailableException unavailable)
        {
            await RefuseAsync(context, OtlpMessages.Refusal(unavailable), encoding);
        }
        catch (OtlpException refusal)
        {
            await RefuseAsync(context, refusal, encoding);
        }
    }

    private static Task RefuseAsync(HttpContext context, OtlpException refusal, OtlpEncoding encoding)
    {
        if (refusal.Fault == OtlpFault.Overloaded)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return AnswerAsync(context, refusal.HttpStatus, OtlpMessages.Write(refusal, encoding), encoding);
    }

    private static string MediaType(HttpRequest request) =>
        (request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    private static void CheckMediaType(HttpRequest request)
    {
        if (MediaType(request) is not (Protobuf or Json))
        {
            throw new OtlpException(OtlpFault.Unsupported, $"The content type must be {Protobuf} or {Json}.");
        }
    }

    private static async Task AnswerAsync(HttpContext context, int status, byte[] message, OtlpEncoding encoding)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = encoding == OtlpEncoding.Json ? Json : Protobuf;
        context.Response.ContentLength = message.Length;
        await context.Response.Body.WriteAsync(message, context.RequestAborted);
    }
}
