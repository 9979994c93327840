using System.Globalization;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// The parameters of the third API: times as RFC 3339, tags as <c>query.attributes={"key":"value"}</c>, names in camel case or, as they were
/// before, with underscores (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/apiv3/query_parser.go).
/// </summary>
internal sealed class V3Parameters(IQueryCollection query) : QueryParameters(query)
{
    public string? SpanKind => Text("spanKind") ?? Text("span_kind");

    public bool Raw => Flag(Name("rawTraces", "raw_traces")) || Flag(Name("query.rawTraces", "query.raw_traces"));

    public TraceId TraceId(string text) => TraceIdIn(text) ?? throw Malformed("trace_id", $"1 to 32 hex digits are expected, not '{text}'");

    public TraceSearch Search()
    {
        var (min, max) = (Name("query.startTimeMin", "query.start_time_min"), Name("query.startTimeMax", "query.start_time_max"));

        if (Text(min) is null || Text(max) is null)
        {
            throw QueryException.Bad("query.startTimeMin and query.startTimeMax are required");
        }

        var search = new TraceSearch
        {
            Service = Text(Name("query.serviceName", "query.service_name")),
            Operation = Text(Name("query.operationName", "query.operation_name")),
            FromNanos = Instant(min),
            ToNanos = Instant(max),
            MinDurationNanos = Duration(Name("query.durationMin", "query.duration_min")) ?? 0,
            MaxDurationNanos = Duration(Name("query.durationMax", "query.duration_max")) ?? ulong.MaxValue,
            Tags = Text("query.attributes") is { } attributes ? [.. Map(attributes, "malformed parameter query.attributes")] : [],
            Limit = Limit(Name("query.searchDepth", "query.search_depth")),
        };

        return search.FromNanos < search.ToNanos
            ? search
            : throw QueryException.Bad("query.startTimeMin must be before query.startTimeMax");
    }

    protected override QueryException Malformed(string name, string why) => QueryException.Bad($"malformed parameter {name}: {why}");

    private string Name(string name, string old) => Text(name) is null && Text(old) is not null ? old : name;

    private ulong Instant(string name) =>
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        && instant >= DateTimeOffset.UnixEpoch
            ? (ulong)(instant - DateTimeOffset.UnixEpoch).Ticks * 100
            : throw Malformed(name, "a time such as 2026-01-31T12:00:00Z is expected");
}
