using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Otlp;
using Microsoft.Extensions.Options;
using OpenTelemetry.Proto.Trace.V1;
using Span = InferenceTracing.TraceStore.Model.Span;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// <c>POST /api/transform</c>: OTLP in JSON in, traces of the first API out, nothing stored; with it Jaeger's page opens a file
/// (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/otlp_translator.go).
/// </summary>
internal static class TransformEndpoint
{
    public static void MapTransform(this IEndpointRouteBuilder api) => api.MapPost("/transform", TransformAsync);

    private static async Task TransformAsync(HttpContext context, IntakeBudget budget, IOptions<OtlpOptions> limits)
    {
        var spans = await ReadAsync(context, budget, limits.Value);

        await LegacyTraceEndpoints.WriteAsync(
            context, spans.GroupBy(span => span.TraceId).Select(trace => ShownTrace.Raw(trace.Key, trace.ToArray())).ToAsyncEnumerable());
    }

    private static async Task<IReadOnlyList<Span>> ReadAsync(HttpContext context, IntakeBudget budget, OtlpOptions limits)
    {
        try
        {
            IntakeBudget.Limit(context, limits.MaxBodyBytes);
            using var body = await budget.ReadAsync(context.Request.Body, "", context.RequestAborted);
            using var room = budget.Take(MessageWeight.Of(TracesData.Descriptor).Weigh(body.Memory.Span, OtlpEncoding.Json));
            return new OtlpSpans(limits).Read(OtlpMessages.Read<TracesData>(body.Memory.Span, OtlpEncoding.Json, limits).ResourceSpans, out _);
        }
        catch (OtlpException refusal)
        {
            throw new QueryException(refusal.HttpStatus, $"cannot unmarshal OTLP : {refusal.Message}");
        }
    }
}
