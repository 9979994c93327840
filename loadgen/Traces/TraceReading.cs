using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.LoadGenerator.Traces;

/// <summary>Reads the chosen traces back from Jaeger's API after the run, and holds each against the tree of docs/telemetry.md.</summary>
internal sealed class TraceReading(Scenario scenario, SystemDescription system, bool ownSpans)
{
    // Exporters send every few seconds; what has not arrived after this is lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const int AtOnce = 4;

    // The edge's span is named after the route, which is not the same for every address.
    private readonly List<RequestTrace> _shapes =
    [
        .. scenario.Targets.Select(target => target.AbsolutePath.TrimEnd('/')).Distinct()
            .Select(route => RequestTrace.Of(system.Members, route, ownSpans ? LoadTelemetry.ServiceName : null)),
    ];

    private readonly Dictionary<string, int> _problems = [];
    private readonly StageBreakdown _stages = new();
    private readonly HashSet<string> _missing = [];
    private int _complete;

    /// <exception cref="HttpRequestException">The query API cannot be reached.</exception>
    public async Task<TraceReport> ReadAsync(Measured measured, TimeProvider time, CancellationToken cancellationToken)
    {
        var traceIds = measured.TraceIds;
        var start = time.GetTimestamp();
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(scenario.Jaeger.AbsoluteUri.TrimEnd('/') + "/"),
        };

        if (scenario.JaegerLogin is { } login)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        }

        var jaeger = new JaegerClient(client, TimeProvider.System);

        await Parallel.ForEachAsync(
            traceIds,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (id, token) =>
            {
                // All of them share one patience: it is the exporters' that counts, not the traces'.
                var left = Patience - time.GetElapsedTime(start);
                var spans = await jaeger.WaitForTraceAsync(id, IsComplete, left > TimeSpan.Zero ? left : TimeSpan.Zero, token);

                lock (_stages)
                {
                    Take(id, spans);
                }
            });

        // A full store lets its oldest traces go: the first of ours then, and none in the middle.
        var evicted = _missing.Count > 0 && await HasEvictedAsync(client, cancellationToken) ? traceIds.TakeWhile(_missing.Contains).Count() : 0;

        return new TraceReport(
            traceIds.Count,
            measured.TracesLeft,
            _complete,
            traceIds.Count - _complete - _missing.Count,
            _missing.Count - evicted,
            evicted,
            _problems.OrderByDescending(problem => problem.Value).ToDictionary(),
            _stages.Path,
            _stages.Members);
    }

    private bool IsComplete(IReadOnlyList<TraceSpan> spans) => _shapes.Exists(shape => shape.IsComplete(spans));

    /// <summary>Our trace store says so; a Jaeger does not.</summary>
    private static async Task<bool> HasEvictedAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync("api/store", cancellationToken);
        using var counts = answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == "application/json"
            ? await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken)
            : null;
        return counts?.RootElement.TryGetProperty("evictedTraces", out var evicted) == true && evicted.GetInt64() > 0;
    }

    private void Take(string id, IReadOnlyList<TraceSpan> spans)
    {
        if (spans.Count == 0)
        {
            _missing.Add(id);
        }
        else if (IsComplete(spans))
        {
            _complete++;
            _stages.Add(spans);
        }
        else
        {
            var closest = _shapes.MinBy(shape => shape.Problems(spans).Count)!;

            foreach (var problem in closest.Missing(spans).DefaultIfEmpty("spans that should not be there"))
            {
                _problems[problem] = _problems.GetValueOrDefault(problem) + 1;
            }
        }
    }
}

/// <summary>What the traces of a run's answered requests say.</summary>
/// <param name="Checked">Traces that were asked for.</param>
/// <param name="Left">Traces of whole answers that were not asked for.</param>
/// <param name="Complete">Those with every span of every hop below its parent.</param>
/// <param name="Incomplete">Those that lack spans, or have some that should not be there.</param>
/// <param name="Missing">Those of which there is no span at all.</param>
/// <param name="Evicted">Those that have made room for newer ones: they came, and say nothing any more.</param>
/// <param name="Problems">How often each span is missing, most often first.</param>
/// <param name="Stages">Where the time went, of the complete ones.</param>
/// <param name="Members">What each member took, of the complete ones.</param>
internal sealed record TraceReport(
    int Checked,
    long Left,
    int Complete,
    int Incomplete,
    int Missing,
    int Evicted,
    IReadOnlyDictionary<string, int> Problems,
    IReadOnlyList<StageTime> Stages,
    IReadOnlyList<StageTime> Members)
{
    /// <summary>0 … 1; null where nothing was checked.</summary>
    public double? CompleteShare => Checked == Evicted ? null : (double)Complete / (Checked - Evicted);
}
