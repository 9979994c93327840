using InferenceTracing.LoadGenerator;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;
using InferenceTracing.Photos;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>What a load measured, and how many cores each process was busy with meanwhile, without the warm-up.</summary>
/// <param name="Measured">The load.</param>
/// <param name="Busy">Cores of each process of ours.</param>
/// <param name="Others">Cores that whatever else is on the machine was busy with; 0 where the system does not say.</param>
internal sealed record Watched(Measured Measured, IReadOnlyList<(string Name, double Cores)> Busy, double Others)
{
    /// <summary>What all processes took of a core for an answered photograph, in seconds.</summary>
    public double Work => Busy.Sum(process => process.Cores) / Measured.AnsweredPerSecond;

    /// <summary>One of them.</summary>
    public double WorkOf(string part) => Busy.Single(process => process.Name == part).Cores / Measured.AnsweredPerSecond;
}

/// <summary>The whole system as processes on free ports, and load on it.</summary>
internal sealed class SystemUnderTest : IAsyncDisposable
{
    // After a pause a system under a freshly started load generator took about three seconds until its full rate; which of the two is slow was not told apart.
    /// <summary>The load before what is measured.</summary>
    public static TimeSpan WarmUp { get; } = TimeSpan.FromSeconds(3);

    private readonly string _logs;

    private SystemUnderTest(ServicePlan plan, string logs)
    {
        Plan = plan;
        Fleet = new ServiceFleet(plan);
        _logs = logs;
    }

    public ServicePlan Plan { get; }

    public ServiceFleet Fleet { get; }

    public static async Task<SystemUnderTest> StartAsync(
        ModelChoice models, bool traced, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken, Action<ServicePlan>? arrange = null)
    {
        var logs = Directory.CreateTempSubdirectory("inference-tracing-benchmark").FullName;
        var plan = ServicePlan.Create(Checkout.Find(), models, PortChoice.AllFree(), logs);

        foreach (var service in plan.Services)
        {
            foreach (var (name, value) in settings)
            {
                service.Settings[name] = value;
            }

            if (!traced)
            {
                service.Settings["OTEL_SDK_DISABLED"] = "true";
            }
        }

        arrange?.Invoke(plan);
        var system = new SystemUnderTest(plan, logs);
        await system.Fleet.StartAsync(cancellationToken);
        return system;
    }

    /// <summary>Closed load for a while, after a short one that is not measured.</summary>
    public Task<Measured> ClosedAsync(int clients, TimeSpan duration, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken) =>
        LoadAsync(Closed(clients, duration), photos, cancellationToken);

    /// <summary>The same, with an eye on the cores.</summary>
    public Task<Watched> WatchClosedAsync(int clients, TimeSpan duration, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken) =>
        WatchAsync(Closed(clients, duration), duration, photos, cancellationToken);

    /// <summary>Open load for a while, after a short one that is not measured, with an eye on the cores.</summary>
    /// <param name="rate">Photographs a second, evenly spaced.</param>
    /// <param name="duration">Of what is measured.</param>
    /// <param name="photos">Sent in turn.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="seed">Photographs come by chance instead, a Poisson process; of that chance.</param>
    public Task<Watched> WatchOpenAsync(double rate, TimeSpan duration, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken, int? seed = null) => WatchAsync(
        Open(rate, duration, seed), duration, photos, cancellationToken);

    /// <summary>What the traces of a run say about where the time went.</summary>
    public Task<TraceReport> TracesAsync(Measured measured, CancellationToken cancellationToken)
    {
        var scenario = ScenarioBuilder.Build(Settings(new ScenarioSettings()));
        return new TraceReading(scenario, new SystemDescription(Plan.Members, null, Untrained: false), ownSpans: false)
            .ReadAsync(measured, TimeProvider.System, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(_logs, recursive: true);
    }

    private static ScenarioSettings Open(double rate, TimeSpan duration, int? seed) => new()
    {
        Rate = rate, Duration = Seconds(duration), MaxInFlight = 4096, Arrivals = seed is null ? "even" : "poisson", Seed = seed,
    };

    private static ScenarioSettings Closed(int clients, TimeSpan duration) => new() { Clients = clients, Duration = Seconds(duration) };

    private async Task<Watched> WatchAsync(ScenarioSettings settings, TimeSpan duration, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken)
    {
        var load = LoadAsync(settings, photos, cancellationToken);
        await Task.Delay(WarmUp, cancellationToken);
        var (before, machine, began) = (ProcessorTime.Read(Fleet), new MachineTime(), TimeProvider.System.GetTimestamp());
        await Task.Delay(duration, cancellationToken);
        var (busy, all) = (before.CoresSince(), machine.Worked / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        return new Watched(await load, busy, Math.Max(0, (all ?? 0) - (all is null ? 0 : busy.Sum(process => process.Cores))));
    }

    private async Task<Measured> LoadAsync(ScenarioSettings load, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken)
    {
        var scenario = ScenarioBuilder.Build(Settings(load));
        using var client = new PhotoClient(scenario, photos);
        return await LoadRun.RunAsync(scenario, "own", client, new Unseen(), TimeProvider.System, cancellationToken);
    }

    private ScenarioSettings Settings(ScenarioSettings load) => load with
    {
        Urls = [Plan.Edge.ToString()], Jaeger = Plan.Traces.ToString(), WarmUp = Seconds(WarmUp), Body = "raw", CheckTraces = "25%",
    };

    private static string Seconds(TimeSpan duration) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{duration.TotalSeconds}s");
}
