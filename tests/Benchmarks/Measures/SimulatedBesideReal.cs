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

    // Of what eight clients get answered: half of it, most of it, and far more than it.
    private static readonly double[] Shares = [0.5, 0.8, 3];

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    // Long enough for a simulation's chance to say nothing any more.
    private static readonly TimeSpan Simulated = TimeSpan.FromMinutes(3);

    public string Name => "simulate";

    public string Question => "The local system at half, four fifths and three times its peak beside its simulation from unit costs measured in the same minutes: p50, p95 and goodput within 10 %.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        // Nothing but the store takes spans on one machine.
        var costs = (await UnitMeasure.CostsAsync(bench, Precision.Float32, cancellationToken)).Costs with { CollectorSpan = ServiceTime.Fixed(0) };
        var system = await bench.SystemAsync(cancellationToken);
        var peak = (await system.ClosedAsync(4 * Environment.ProcessorCount, bench.Effort.Unpaired, bench.Photos, cancellationToken)).AnsweredPerSecond;
        var beside = Shares.ToDictionary(share => share, _ => new List<Beside>());

        // Round by round, so that what the machine does to one load it does to the others.
        for (var round = 0; round < bench.Effort.Pairs; round++)
        {
            foreach (var share in Shares)
            {
                beside[share].Add(await CompareAsync(bench, system, costs, peak * share, cancellationToken));
            }

            await Console.Error.WriteLineAsync($"   round {round + 1} of {bench.Effort.Pairs}");
        }

        var (rows, worst) = (new List<IReadOnlyList<string>>(), 0.0);

        foreach (var (share, rounds) in beside)
        {
            Add("goodput, a second", one => one.Goodput);
            Add("p50, ms", one => one.P50);
            Add("p95, ms", one => one.P95);
            Add("ms of a core a photograph", one => one.Work);

            void Add(string figure, Func<Beside, (double Real, double Simulated)> pick)
            {
                var ratio = new Spread([.. rounds.Select(round => pick(round).Simulated / pick(round).Real)]);
                worst = Math.Max(worst, Math.Abs(ratio.Median - 1));
                rows.Add(
                [
                    FormattableString.Invariant($"{share:0.0} × {peak:0}/s"), figure, Median(rounds.Select(round => pick(round).Real)), Median(rounds.Select(round => pick(round).Simulated)),
                    ratio.Text("0.00"), Median(rounds.Select(round => round.Others), "0.00"),
                ]);
            }
        }

        return new Findings(
            FormattableString.Invariant($"By the median of its rounds the simulation is at most {worst * 100:0} % off."), worst <= Target,
            [new FigureTable(["load", "figure", "real", "simulated", "simulated / real", "cores that others took"], rows)]);
    }

    /// <summary>A load on the real system, and the same one simulated on the cores that whatever else runs here has left it.</summary>
    private static async Task<Beside> CompareAsync(Bench bench, SystemUnderTest system, UnitCosts costs, double rate, CancellationToken cancellationToken)
    {
        var watched = await system.WatchOpenAsync(rate, bench.Effort.Unpaired, bench.Photos, cancellationToken);
        var (real, latency) = (watched.Measured, watched.Measured.Latency);
        var result = Simulator.Simulate(Plan(costs, rate, Math.Max(1, Environment.ProcessorCount - watched.Others)));
        var simulated = SimulationReport.Of(result);
        return new Beside(
            (real.AnsweredPerSecond, simulated.Photographs.GoodputPerSecond), (latency.Percentile(50).TotalMilliseconds, simulated.Latency[0].P50),
            (latency.Percentile(95).TotalMilliseconds, simulated.Latency[0].P95),
            (watched.Busy.Sum(process => process.Cores) * 1000 / real.AnsweredPerSecond, result.SharedBusy!.Value * 1000 / (Simulated + WarmUp).TotalSeconds / simulated.Photographs.GoodputPerSecond), watched.Others);
    }

    /// <summary>The local system as compose/local starts it: one replica of everything, and the sender, on the cores of one machine.</summary>
    private static SimulationPlan Plan(UnitCosts costs, double rate, double cores) => new()
    {
        Name = "this machine",
        Duration = Simulated + WarmUp,
        WarmUp = WarmUp,
        Units = costs,
        SharedCores = cores,
        Edges =
        [
            new EdgeClass
            {
                Name = "local", Count = 1, PerMinute = rate * 60, Even = true, Cores = Environment.ProcessorCount,
                InFlight = 4 * Environment.ProcessorCount, Queue = 12 * Environment.ProcessorCount,
            },
        ],
        Cluster = new ClusterPlan { Members = costs.Members.Keys.ToDictionary(name => name, _ => new PoolPlan()) },
    };

    private static string Median(IEnumerable<double> values, string format = "0.0") => new Spread([new Spread([.. values]).Median]).Text(format);

    /// <summary>Both sides of one round.</summary>
    private sealed record Beside((double Real, double Simulated) Goodput, (double Real, double Simulated) P50, (double Real, double Simulated) P95, (double Real, double Simulated) Work, double Others);
}
