using System.Globalization;
using System.Text.Json.Serialization;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// A <c>TraceSummary</c> in protobuf's JSON (jaeger-idl: proto/api_v3/query_service.proto): 64-bit numbers are text, and a zero is left out.
/// </summary>
internal sealed record SummaryAnswer(
    string TraceId,
    string RootServiceName,
    string RootOperationName,
    string MinStartTimeUnixNano,
    string MaxEndTimeUnixNano,
    int SpanCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int ErrorSpanCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int OrphanSpanCount,
    ServiceAnswer[] Services)
{
    public static SummaryAnswer Of(TraceSummary summary) => new(
        summary.Id.ToString(),
        summary.RootService,
        summary.RootOperation,
        summary.Bounds.FirstStart.ToString(CultureInfo.InvariantCulture),
        summary.Bounds.End.ToString(CultureInfo.InvariantCulture),
        summary.Spans,
        summary.Errors,
        summary.Orphans,
        [.. summary.Services.Select(service => new ServiceAnswer(service.Name, service.Spans, service.Errors))]);
}

/// <summary>One service's part of a summary.</summary>
internal sealed record ServiceAnswer(
    string Name, int SpanCount, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int ErrorSpanCount);
