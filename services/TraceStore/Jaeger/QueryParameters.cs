using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>Reads the parameters of Jaeger's queries; what cannot be read is answered with 400 and the parameter's name.</summary>
internal sealed class QueryParameters(IQueryCollection query, TimeProvider time)
{
    private const ulong NanosPerMicro = 1_000;
    private const ulong NanosPerHour = 3_600_000_000_000;
    private const ulong DefaultLookbackNanos = 48 * NanosPerHour;
    private const int DefaultLimit = 100;
    private const int MaxTags = 64;

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public ulong Now => (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Null where it is absent or empty.</summary>
    public string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    public string Required(string name) => Text(name) ?? throw QueryException.Bad($"parameter '{name}' is required");

    /// <summary>The ids of repeated <c>traceID</c> parameters.</summary>
    public IEnumerable<TraceId> TraceIds() => query["traceID"].OfType<string>().Select(ParseTraceId);

    public static TraceId ParseTraceId(string text) => TraceId.TryParseHexOrBase64(text, out var id)
        ? id
        : throw QueryException.Bad($"cannot parse trace ID: 1 to 32 hex digits are expected, not '{(text.Length > 64 ? text[..64] : text)}'");

    /// <summary>The legacy API's search: times in microseconds, tags as <c>tag=key:value</c> and <c>tags={"key":"value"}</c>.</summary>
    public TraceSearch LegacySearch()
    {
        var end = Micros("end") ?? Now;
        var lookback = GoDuration.TryParse(Text("lookback"), out var asked) ? asked : DefaultLookbackNanos;
        var tags = Map("tags");

        foreach (var tag in query["tag"].OfType<string>())
        {
            tags.Add(SplitTag(tag));
        }

        return Checked(new TraceSearch
        {
            Service = Required("service"),
            Operation = Text("operation"),
            FromNanos = Micros("start") ?? end - Math.Min(end, lookback),
            ToNanos = end,
            MinDurationNanos = Duration("minDuration") ?? 0,
            MaxDurationNanos = Duration("maxDuration") ?? ulong.MaxValue,
            Tags = tags,
            Limit = Limit("limit"),
        });
    }

    /// <summary>The third API's search: times as RFC 3339, tags as <c>query.attributes={"key":"value"}</c>.</summary>
    public TraceSearch Search() => Checked(new TraceSearch
    {
        Service = Text("query.serviceName") ?? Text("query.service_name"),
        Operation = Text("query.operationName") ?? Text("query.operation_name"),
        FromNanos = Instant("query.startTimeMin", "query.start_time_min"),
        ToNanos = Instant("query.startTimeMax", "query.start_time_max"),
        MinDurationNanos = Duration("query.durationMin") ?? Duration("query.duration_min") ?? 0,
        MaxDurationNanos = Duration("query.durationMax") ?? Duration("query.duration_max") ?? ulong.MaxValue,
        Tags = Map("query.attributes"),
        Limit = Limit(Text("query.searchDepth") is null ? "query.search_depth" : "query.searchDepth"),
    });

    /// <summary>A whole number of milliseconds, in nanoseconds.</summary>
    public ulong? Millis(string name) => Number(name, 1_000_000);

    private static TraceSearch Checked(TraceSearch search) => search switch
    {
        _ when search.MinDurationNanos > search.MaxDurationNanos => throw QueryException.Bad("'maxDuration' should be greater than 'minDuration'"),
        _ when search.FromNanos > search.ToNanos => throw QueryException.Bad("the start of the search lies after its end"),
        _ when search.Tags.Count > MaxTags => throw QueryException.Bad($"at most {MaxTags} tags can be searched for"),
        _ => search,
    };

    private static KeyValuePair<string, string> SplitTag(string tag) => tag.IndexOf(':', StringComparison.Ordinal) is var colon and > 0
        ? new(tag[..colon], tag[(colon + 1)..])
        : throw QueryException.Bad("malformed 'tag' parameter, expecting key:value");

    private ulong? Micros(string name) => Number(name, NanosPerMicro);

    private ulong? Number(string name, ulong nanosPer) => Text(name) is not { } text
        ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ulong.MaxValue / nanosPer
            ? number * nanosPer
            : throw QueryException.Bad($"unable to parse param '{name}': a whole number is expected");

    private ulong? Duration(string name) => Text(name) is not { } text
        ? null
        : GoDuration.TryParse(text, out var nanos)
            ? nanos
            : throw QueryException.Bad($"unable to parse param '{name}': a duration such as 1.5s or 250ms is expected");

    private int Limit(string name) => Text(name) is not { } text
        ? DefaultLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? limit
            : throw QueryException.Bad($"unable to parse param '{name}': a whole number above 0 is expected");

    private ulong Instant(string name, string alias)
    {
        var text = Text(name) ?? Text(alias) ?? throw QueryException.Bad($"{name} is required");

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            && instant >= DateTimeOffset.UnixEpoch
                ? (ulong)(instant - DateTimeOffset.UnixEpoch).Ticks * 100
                : throw QueryException.Bad($"unable to parse param '{name}': a time such as 2026-01-31T12:00:00Z is expected");
    }

    private List<KeyValuePair<string, string>> Map(string name)
    {
        var pairs = new List<KeyValuePair<string, string>>();

        foreach (var text in query[name].OfType<string>().Where(text => text.Length > 0))
        {
            try
            {
                pairs.AddRange(JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? []);
            }
            catch (JsonException)
            {
                throw QueryException.Bad($"malformed '{name}' parameter, expecting a JSON object of strings");
            }
        }

        return pairs.Exists(pair => pair.Value is null)
            ? throw QueryException.Bad($"malformed '{name}' parameter, expecting a JSON object of strings")
            : pairs;
    }
}

/// <summary>A query that cannot be answered; the message is the one line its sender gets.</summary>
internal sealed class QueryException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static QueryException Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    public static QueryException NotFound() => new(StatusCodes.Status404NotFound, "trace not found");
}
