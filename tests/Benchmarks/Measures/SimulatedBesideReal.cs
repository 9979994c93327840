using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.LoadGenerator.Simulation;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;
using InferenceTracing.ModelRepository;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>Whether the simulator tells the truth about what can be looked at: this machine, from its own unit costs.</summary>
internal sealed class SimulatedBesideReal : IBenchmark
{
    private const double Target = 0.10;

    // As often as a load is simulated, by another chance each time: the real one can be had once only.
    private const int Simulations = 10;

    // Of what all clients get answered at most: half of it, most of it, and far more than it.
    private static readonly double[] Shares = [0.5, 0.8, 3];

    // Before it, in it, and after it: long enough for all answers to be judged, at ten a second.
    private static readonly (TimeSpan Before, TimeSpan Away, TimeSpan After) Outage = (TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(60));

    public string Name => "simulate";

    public string Question => "The local system at half, four fifths and three times its peak, and in an outage, beside its simulation from unit costs measured in the same minutes: p50, p95 and goodput within 10 %.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var units = await UnitMeasure.CostsAsync(bench, Precision.Float32, cancellationToken);
        // Nothing but the store takes spans on one machine.
        units = units with { Costs = units.Costs with { CollectorSpan = ServiceTime.Fixed(0) } };
        var system = await bench.SystemAsync(cancellationToken);
        var peak = (await system.ClosedAsync(4 * Environment.ProcessorCount, bench.Effort.Unpaired, bench.Photos, cancellationToken)).AnsweredPerSecond;
        var compared = new Dictionary<string, List<IReadOnlyList<Compared>>>();
        await using var losing = await OutageUnderTest.StartAsync(bench, cancellationToken);
        await losing.WarmAsync(peak / 2, 2 * bench.Effort.Unpaired, bench.Photos, cancellationToken);

        // What cuts the link is one thing more that the sender's process does.
        var relay = Math.Max(0, (await Interleaved.RunAsync(
            bench.Effort.Pairs,
            () => system.WatchOpenAsync(peak * UnitMeasure.Seldom, bench.Effort.Unpaired, bench.Photos, cancellationToken),
            () => losing.WatchOpenAsync(peak * UnitMeasure.Seldom, bench.Effort.Unpaired, bench.Photos, cancellationToken)))
            .Of((direct, linked) => linked.WorkOf(ProcessorTime.LoadGenerator) - direct.WorkOf(ProcessorTime.LoadGenerator)).Median);
        var full = await FullAsync();

        // Round by round, so that what the machine does to one load it does to the others; and what a photograph takes at the most it can do before and after each,
        // for a machine's speed drifts within the minutes that this takes by more than the target.
        for (var round = 1; round <= bench.Effort.Pairs; round++)
        {
            foreach (var share in Shares)
            {
                var watched = await system.WatchOpenAsync(peak * share, 2 * bench.Effort.Unpaired, bench.Photos, cancellationToken, seed: round);
                await AddAsync(FormattableString.Invariant($"{share:0.0} × {peak:0}/s"), speed => Compare(Plan(units.Costs, watched, speed), watched));
            }

            var outage = await losing.WatchAsync(peak / 2, Outage, bench.Photos, round, cancellationToken);
            await AddAsync(FormattableString.Invariant($"0.5 × {peak:0}/s, an outage of {Outage.Away.TotalSeconds:0} s"), speed => Compare(Plan(units.Costs, outage.Load, speed), relay, outage));
            await Console.Error.WriteLineAsync($"   round {round} of {bench.Effort.Pairs}");
        }

        var rows = compared.SelectMany(load => load.Value[0].Select((one, figure) =>
        {
            var rounds = load.Value.ConvertAll(round => round[figure]);
            var ratio = new Spread([.. rounds.Select(round => round.Simulated / round.Real)]);
            return (Ratio: ratio, one.IsTarget, Cells: (IReadOnlyList<string>)
            [
                load.Key, one.Figure, Median(rounds.Select(round => round.Real)), Median(rounds.Select(round => round.Simulated)),
                ratio.Text("0.00"), Median(rounds.Select(round => round.Speed), "0.00"),
            ]);
        })).ToList();
        var worst = rows.Where(row => row.IsTarget).Max(row => Math.Abs(row.Ratio.Median - 1));

        return new Findings(
            FormattableString.Invariant($"By the median of its rounds the simulation is at most {worst * 100:0} % off."), worst <= Target,
            [new FigureTable(["load", "figure", "real", "simulated", "simulated / real", "speed"], [.. rows.Select(row => row.Cells)])]);

        async Task<double> FullAsync() => (await system.WatchClosedAsync(4 * Environment.ProcessorCount, bench.Effort.Unpaired, bench.Photos, cancellationToken)).Work;

        async Task AddAsync(string load, Func<double, IReadOnlyList<Compared>> compare)
        {
            var before = full;
            full = await FullAsync();
            (compared.TryGetValue(load, out var rounds) ? rounds : compared[load] = []).Add(compare(2 * units.Full / (before + full)));
        }
    }

    private static IReadOnlyList<Compared> Compare(SimulationPlan plan, Watched real) => Compare(plan, real, Simulate(plan));

    private static IReadOnlyList<Compared> Compare(SimulationPlan plan, double relay, WatchedOutage outage)
    {
        plan = plan with
        {
            Edges = [.. plan.Edges.Select(edges => edges with { Mode = EdgeMode.Fallback })],
            Units = plan.Units! with { Client = ServiceTime.Fixed(plan.Units.Client.Mean + relay) },
            Outages = [new Outage(SystemUnderTest.WarmUp + outage.At, outage.For)],
        };
        var simulated = Simulate(plan);
        return
        [
            .. Compare(plan, outage.Load, simulated),
            new Compared("answers by the edge", outage.Load.Measured.ByTheEdge.Values.Sum(), simulated.Average(one => one.Report.Photographs.Provisional), plan.Speed),
            new Compared("waiting at its end", outage.Waiting, simulated.Average(one => one.Report.Outboxes.Most), plan.Speed),
            new Compared("judged after, s", outage.JudgedAfter?.TotalSeconds ?? double.NaN, simulated.Average(one => one.Report.Outboxes.DrainedAfterSeconds ?? double.NaN), plan.Speed),
        ];
    }

    /// <summary>What the target is about, and what it takes.</summary>
    private static IReadOnlyList<Compared> Compare(SimulationPlan plan, Watched real, IReadOnlyList<Simulated> simulated) =>
    [
        new("goodput, a second", real.Measured.AnsweredPerSecond, simulated.Average(one => one.Report.Photographs.GoodputPerSecond), plan.Speed, IsTarget: true),
        new("p50, ms", real.Measured.Latency.Percentile(50).TotalMilliseconds, simulated.Average(one => one.Report.Latency[0].P50), plan.Speed, IsTarget: true),
        new("p95, ms", real.Measured.Latency.Percentile(95).TotalMilliseconds, simulated.Average(one => one.Report.Latency[0].P95), plan.Speed, IsTarget: true),
        new(
            "ms of a core a photograph", real.Work * 1000,
            simulated.Average(one => one.Result.SharedBusy!.Value / plan.Duration.TotalSeconds / one.Report.Photographs.GoodputPerSecond) * 1000, plan.Speed),
    ];

    private static IReadOnlyList<Simulated> Simulate(SimulationPlan plan) =>
    [
        .. Enumerable.Range(1, Simulations).Select(seed =>
        {
            var result = Simulator.Simulate(plan with { Seed = seed });
            return new Simulated(result, SimulationReport.Of(result));
        }),
    ];

    /// <summary>The local system as compose/local starts it, on the cores that whatever else runs here has left it: one replica of everything, and the sender, which sent as many as it did.</summary>
    private static SimulationPlan Plan(UnitCosts costs, Watched real, double speed) => new()
    {
        Name = "this machine",
        Duration = real.Measured.Loaded + SystemUnderTest.WarmUp,
        WarmUp = SystemUnderTest.WarmUp,
        Units = costs,
        SharedCores = Math.Max(1, Environment.ProcessorCount - real.Others),
        Speed = speed,
        Edges =
        [
            new EdgeClass
            {
                Name = "local", Count = 1, PerMinute = real.Measured.Due / real.Measured.Loaded.TotalMinutes, Cores = Environment.ProcessorCount,
                InFlight = 4 * Environment.ProcessorCount, Queue = 12 * Environment.ProcessorCount,
            },
        ],
        Cluster = new ClusterPlan { Members = costs.Members.Keys.ToDictionary(name => name, _ => new PoolPlan()) },
    };

    private static string Median(IEnumerable<double> values, string format = "0.0") => new Spread([new Spread([.. values]).Median]).Text(format);

    private sealed record Simulated(SimulationResult Result, SimulationReport Report);

    /// <summary>A figure of both sides in one round.</summary>
    private sealed record Compared(string Figure, double Real, double Simulated, double Speed, bool IsTarget = false);
}
