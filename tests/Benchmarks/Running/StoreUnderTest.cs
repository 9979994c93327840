using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using InferenceTracing.Benchmarks.Traces;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>The trace store alone, as a process, on a folder that goes with it.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private static readonly string[] Doors = ["Http", "OtlpGrpc", "OtlpHttp"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly DirectoryInfo _folder;
    private readonly ServiceSpec _spec;
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false }) { Timeout = Patience };
    private ServiceFleet _fleet;

    private StoreUnderTest(DirectoryInfo folder, Dictionary<string, string> settings)
    {
        _folder = folder;
        var choice = PortChoice.AllFree();
        var all = new Dictionary<string, string>(settings) { ["Store__Folder"] = folder.FullName, ["Logging__LogLevel__Default"] = "Warning" };
        var ports = Doors.ToDictionary(door => door, door => choice.For(door, usual: 0));

        foreach (var (door, port) in ports)
        {
            all[$"Kestrel__Endpoints__{door}__Url"] = $"http://127.0.0.1:{port}";
        }

        Otlp = new Uri($"http://127.0.0.1:{ports["OtlpHttp"]}/v1/traces");
        _spec = new ServiceSpec("tracestore", Checkout.Find().Executable("TraceStore"), ports["Http"], all);
        _fleet = Fleet();
    }

    public Uri Otlp { get; }

    /// <summary>Of the file and of what is still beside it.</summary>
    public double FileMegabytes => _folder.EnumerateFiles("traces.db*").Sum(file => file.Length) / 1e6;

    public double ResidentMiB => ResidentSize.OfProcess(_fleet.Processes[0].Id);

    public static async Task<StoreUnderTest> StartAsync(Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var store = new StoreUnderTest(Directory.CreateTempSubdirectory("store-benchmark-"), settings);
        await store._fleet.StartAsync(cancellationToken);
        return store;
    }

    /// <summary>Sends as fast as the store takes it.</summary>
    /// <returns>Spans a second, and cores of the store's.</returns>
    public async Task<(double SpansPerSecond, double Cores)> LoadAsync(
        TraceBodies bodies, int senders, Func<TimeSpan, long, bool> isDone, CancellationToken cancellationToken)
    {
        var processor = ProcessorTime.Read(_fleet);
        var start = Stopwatch.GetTimestamp();
        long spans = 0;

        await Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(
            async () =>
            {
                while (!isDone(Stopwatch.GetElapsedTime(start), Interlocked.Read(ref spans)))
                {
                    using var content = new ByteArrayContent(bodies.Next());
                    content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
                    using var answer = await _client.PostAsync(Otlp, content, cancellationToken);

                    // A store that is busy says so, and is asked again.
                    if (answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
                        continue;
                    }

                    answer.EnsureSuccessStatusCode();
                    Interlocked.Add(ref spans, bodies.SpansOfABody);
                }
            },
            cancellationToken)));

        return (spans / Stopwatch.GetElapsedTime(start).TotalSeconds, processor.CoresSince()[0].Cores);
    }

    /// <summary>How long a query takes, each time another one.</summary>
    public async Task<LatencyHistogram> QueryAsync(int times, Func<int, string> path, CancellationToken cancellationToken)
    {
        var latency = new LatencyHistogram();

        for (var time = 0; time < times; time++)
        {
            var start = Stopwatch.GetTimestamp();
            using var answer = await _client.GetAsync(new Uri(_spec.Url, path(time)), cancellationToken);
            await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            latency.Record(Stopwatch.GetElapsedTime(start));
            answer.EnsureSuccessStatusCode();
        }

        return latency;
    }

    public async Task<long> SpansAsync(CancellationToken cancellationToken)
    {
        using var counts = JsonDocument.Parse(await _client.GetStringAsync(new Uri(_spec.Url, "api/store"), cancellationToken));
        return counts.RootElement.GetProperty("spans").GetInt64();
    }

    /// <summary>Stops it and starts it on the same file.</summary>
    /// <returns>How long until it was ready.</returns>
    public async Task<TimeSpan> RestartAsync(CancellationToken cancellationToken)
    {
        await _fleet.DisposeAsync();
        _fleet = Fleet();
        var start = Stopwatch.GetTimestamp();
        await _fleet.StartAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private ServiceFleet Fleet() => new(new ServicePlan([_spec], [], _folder.CreateSubdirectory("logs").FullName));
}
