using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Otlp;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// <c>POST /api/transform</c>: OTLP in JSON in, traces of the first API out, nothing stored; with it Jaeger's page opens a file
/// (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/otlp_translator.go).
/// </summary>
internal static class TransformEndpoint
{
    public static void MapTransform(this IEndpointRouteBuilder api) => api.MapPost("/transform", TransformAsync);

    private static async Task TransformAsync(HttpContext context, TraceIntake intake, IOptions<OtlpOptions> limits, Vocabulary vocabulary)
    {
        var spans = await ReadAsync(context, intake, limits.Value, vocabulary);

        await LegacyTraceEndpoints.WriteAsync(
            context, spans.GroupBy(span => span.TraceId).Select(trace => ShownTrace.Raw(trace.Key, trace.ToArray())));
    }

    private static async Task<IReadOnlyList<Span>> ReadAsync(HttpContext context, TraceIntake intake, OtlpOptions limits, Vocabulary vocabulary)
    {
        try
        {
            OtlpHttpEndpoints.Limit(context, intake.MaxBodyBytes);
            using var body = await intake.ReadAsync(context.Request.Body, gzip: false, context.RequestAborted);
            return JsonTraceReader.Read(body.Content, limits, vocabulary).Spans;
        }
        catch (OtlpException refusal)
        {
            throw new QueryException(refusal.HttpStatus, $"cannot unmarshal OTLP : {refusal.Message}");
        }
    }
}
