using Microsoft.AspNetCore.Http.Features;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>OTLP over HTTP: <c>POST /v1/traces</c>, protobuf or JSON, plain or gzip (opentelemetry.io/docs/specs/otlp/#otlphttp).</summary>
internal static class OtlpHttpEndpoints
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    private const int Unimplemented = 12;

    public static void MapOtlpHttp(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/traces", ExportAsync);
        routes.MapPost("/v1/metrics", Unknown);
        routes.MapPost("/v1/logs", Unknown);
    }

    /// <summary>Metrics and logs: said as the other door says it, so that the sender's log names the reason.</summary>
    private static IResult Unknown() => Results.Json(
        new { code = Unimplemented, message = "This store takes traces only." }, contentType: Json, statusCode: StatusCodes.Status404NotFound);

    private static async Task ExportAsync(HttpContext context, TraceIntake intake)
    {
        var encoding = MediaType(context.Request) == Json ? OtlpEncoding.Json : OtlpEncoding.Protobuf;

        try
        {
            CheckMediaType(context.Request);
            var gzip = IsGzip(context.Request);
            Limit(context, intake.MaxBodyBytes);

            using var body = await intake.ReadAsync(context.Request.Body, gzip, context.RequestAborted);
            await AnswerAsync(context, StatusCodes.Status200OK, OtlpMessages.Write(intake.Accept(body.Content, encoding), encoding), encoding);
        }
        catch (OtlpException refusal)
        {
            if (refusal.Fault == OtlpFault.Overloaded)
            {
                context.Response.Headers.RetryAfter = "1";
            }

            await AnswerAsync(context, refusal.HttpStatus, OtlpMessages.Write(refusal, encoding), encoding);
        }
    }

    /// <summary>What arrives is limited before anything is unpacked.</summary>
    internal static void Limit(HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = bytes;
        }
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

    private static bool IsGzip(HttpRequest request) => request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
    {
        "" or "identity" => false,
        "gzip" => true,
        _ => throw new OtlpException(OtlpFault.Unsupported, "The content encoding must be gzip or identity."),
    };

    private static async Task AnswerAsync(HttpContext context, int status, byte[] message, OtlpEncoding encoding)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = encoding == OtlpEncoding.Json ? Json : Protobuf;
        context.Response.ContentLength = message.Length;
        await context.Response.Body.WriteAsync(message, context.RequestAborted);
    }
}
