using System.Globalization;
using System.Net;
using System.Text.Json;

namespace InferenceTracing.TraceCheck;

/// <summary>Jaeger's query API (<c>/api/traces/{id}</c>, the same in Jaeger and TraceStore).</summary>
/// <param name="client">Its base address is the query service's, with a closing slash.</param>
/// <param name="clock">What patience is measured with.</param>
public sealed class JaegerClient(HttpClient client, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The spans of a trace; empty where the trace is not known.</summary>
    /// <exception cref="HttpRequestException">The query service cannot be reached or fails.</exception>
    public async Task<IReadOnlyList<TraceSpan>> GetTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(new Uri($"api/traces/{traceId}", UriKind.Relative), cancellationToken).ConfigureAwait(false);

        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken).ConfigureAwait(false);

        return [.. document.RootElement.GetProperty("data").EnumerateArray().SelectMany(Spans)];
    }

    /// <summary>
    /// The spans of a trace as soon as <paramref name="complete"/> is content with them, or as they are when <paramref name="patience"/> ends:
    /// exporters send in batches, so a trace arrives a little after its answer.
    /// </summary>
    public async Task<IReadOnlyList<TraceSpan>> WaitForTraceAsync(
        string traceId, Func<IReadOnlyList<TraceSpan>, bool> complete, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(complete);
        var began = clock.GetTimestamp();

        while (true)
        {
            var spans = await GetTraceAsync(traceId, cancellationToken).ConfigureAwait(false);

            if (complete(spans) || clock.GetElapsedTime(began) > patience)
            {
                return spans;
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<TraceSpan> Spans(JsonElement trace)
    {
        var processes = trace.GetProperty("processes");
        return trace.GetProperty("spans").EnumerateArray().Select(span => Span(span, processes));
    }

    private static TraceSpan Span(JsonElement span, JsonElement processes)
    {
        var references = span.GetProperty("references").EnumerateArray().ToLookup(
            reference => reference.GetProperty("refType").GetString(), reference => reference.GetProperty("spanID").GetString()!);
        var tags = span.GetProperty("tags").EnumerateArray().GroupBy(tag => tag.GetProperty("key").GetString()!)
            .ToDictionary(tag => tag.Key, tag => Text(tag.First().GetProperty("value")));

        return new TraceSpan(
            span.GetProperty("spanID").GetString()!,
            references["CHILD_OF"].FirstOrDefault(),
            processes.GetProperty(span.GetProperty("processID").GetString()!).GetProperty("serviceName").GetString()!,
            span.GetProperty("operationName").GetString()!,
            tags.GetValueOrDefault("span.kind", "internal"),
            DateTimeOffset.UnixEpoch.AddMicroseconds(span.GetProperty("startTime").GetInt64()),
            TimeSpan.FromMicroseconds(span.GetProperty("duration").GetInt64()),
            tags,
            [.. references["FOLLOWS_FROM"]]);
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
