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

    public string Name => "simulate";

    public string Question => "The local system at half, four fifths and three times its peak beside its simulation from unit costs measured in the same minutes: p50, p95 and goodput within 10 %.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var costs = (await UnitMeasure.CostsAsync(bench, Precision.Float32, cancellationToken)).Costs;
        var system = await bench.SystemAsync(cancellationToken);
        var peak = (await system.ClosedAsync(4 * Environment.ProcessorCount, bench.Effort.Unpaired, bench.Photos, cancellationToken)).AnsweredPerSecond;
        var (rows, worst) = (new List<IReadOnlyList<string>>(), 0.0);

        foreach (var share in Shares)
        {
            var real = (await system.WatchOpenAsync(peak * share, bench.Effort.Unpaired, bench.Photos, cancellationToken)).Measured;
            var simulated = SimulationReport.Of(Simulator.Simulate(Plan(costs, peak * share, bench.Effort.Unpaired)));
            Add("goodput, a second", real.AnsweredPerSecond, simulated.Photographs.GoodputPerSecond);
            Add("p50, ms", real.Latency.Percentile(50).TotalMilliseconds, simulated.Latency[0].P50);
            Add("p95, ms", real.Latency.Percentile(95).TotalMilliseconds, simulated.Latency[0].P95);

            void Add(string figure, double measured, double said)
            {
                worst = Math.Max(worst, Math.Abs((said / measured) - 1));
                rows.Add([FormattableString.Invariant($"{share:0.0} × {peak:0}/s"), figure, new Spread([measured]).Text("0.0"), new Spread([said]).Text("0.0"), new Spread([said / measured]).Text("0.00")]);
            }
        }

        return new Findings(
            FormattableString.Invariant($"The simulation is at most {worst * 100:0} % off."), worst <= Target, [new FigureTable(["load", "figure", "real", "simulated", "simulated / real"], rows)]);
    }

    /// <summary>The local system as compose/local starts it: one replica of everything, and the sender, on the cores of one machine.</summary>
    private static SimulationPlan Plan(UnitCosts costs, double rate, TimeSpan measured) => new()
    {
        Name = "this machine",
        Duration = measured + WarmUp,
        WarmUp = WarmUp,
        Units = costs,
        SharedCores = Environment.ProcessorCount,
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
}
