using System.Text.Json;
using System.Text.Json.Serialization;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>A simulation in figures: what the console shows of it, and the file whole.</summary>
internal sealed record SimulationReport
{
    private const double Million = 1e6;
    private const double Giga = 1e9;

    public required string Name { get; init; }

    public required SimulationMethod Method { get; init; }

    public required int Seed { get; init; }

    /// <summary>Simulated, without the warm-up.</summary>
    public required double Seconds { get; init; }

    public required int Edges { get; init; }

    public required long Events { get; init; }

    /// <summary>Of the unit costs.</summary>
    public string? Machine { get; init; }

    public required PhotographCounts Photographs { get; init; }

    public required IReadOnlyList<PhaseLatency> Latency { get; init; }

    public required IReadOnlyList<PartFigures> Parts { get; init; }

    public required OutboxFigures Outboxes { get; init; }

    public required SpanFigures Spans { get; init; }

    /// <summary>What a million photographs cost.</summary>
    public required MillionFigures PerMillion { get; init; }

    public required IReadOnlyList<DayRow> Day { get; init; }

    public static SimulationReport Of(SimulationResult result)
    {
        var (plan, tally, spans) = (result.Plan, result.Tally, result.Spans);
        var seconds = (plan.Duration - plan.WarmUp).TotalSeconds;
        var millions = tally.Arrived / Million;
        var sent = tally.Sent * plan.Units!.RequestBytes;

        return new SimulationReport
        {
            Name = plan.Name,
            Method = result.Method,
            Seed = plan.Seed,
            Seconds = seconds,
            Edges = plan.Edges.Sum(edges => edges.Count),
            Events = result.Events,
            Machine = plan.Units.Machine,
            Photographs = new PhotographCounts(
                Round(tally.Arrived), Round(tally.Answered), Round(tally.ByCluster), Round(tally.ByEdge), Round(tally.Provisional), Round(tally.Degraded), Round(result.UnderWay),
                Round(tally.AnsweredInTime / seconds), tally.Refused.ToDictionary(why => why.Key, why => Round(why.Value))),
            Latency = [Latencies("all", Together(tally.Latency.Values)), .. tally.Latency.Where(phase => phase.Value.Count > 0).Select(phase => Latencies(phase.Key switch
            {
                Phase.Usual => "usual", Phase.Outage => "in an outage", _ => "catching up",
            }, phase.Value))],
            Parts =
            [
                .. result.Pools.Select(pool => new PartFigures(
                    pool.Name, pool.Fewest, Round(pool.Mean), pool.Most, Round(pool.Utilisation), Round(pool.Peak), Round(pool.Busy), Round(pool.Refused))),
                new PartFigures("edges", plan.Edges.Sum(edges => edges.Count), plan.Edges.Sum(edges => edges.Count), plan.Edges.Sum(edges => edges.Count),
                    Round(result.EdgeBusy / plan.Duration.TotalSeconds / plan.Edges.Sum(edges => (double)edges.Count * edges.Cores)), null, Round(result.EdgeBusy),
                    Round(tally.Refused.GetValueOrDefault("too_busy"))),
                .. MachineFigures(result, plan.SharedCores),
            ],
            Outboxes = new OutboxFigures(Round(result.Outboxes.Most), Round(result.Outboxes.Now), result.Outboxes.DrainedAfter, Round(tally.Judged), Round(result.OutboxDropped)),
            Spans = new SpanFigures(
                Round(spans.Made), Round(spans.Stored), Round(spans.Lost), Round(spans.AtEdges.Most), spans.AtEdges.DrainedAfter, Round(spans.InCluster.Most), spans.InCluster.DrainedAfter),
            PerMillion = new MillionFigures(
                Round(result.Pools.Sum(pool => pool.Busy) / 3600 / millions), Round(result.EdgeBusy / 3600 / millions), Round(sent / Giga / millions),
                Round(spans.Made * plan.Units.SpanBytes / Giga / millions), Round(spans.Stored * plan.Units.StoredSpanBytes / Giga / millions)),
            Day = [.. tally.Day.Select((slice, index) => new DayRow(
                Round((plan.WarmUp.TotalSeconds + (seconds / Tally.Slices * index)) / 60), Round(slice.Arrived / (seconds / Tally.Slices)), Round(slice.Answered / (seconds / Tally.Slices)), Round(slice.Refused),
                slice.Latency.Percentile(50).Ms(), slice.Latency.Percentile(95).Ms(), Round(slice.Backlog), slice.Replicas))],
        };
    }

    public string Json() => JsonSerializer.Serialize(this, SimulationJson.Default.SimulationReport);

    private static IEnumerable<PartFigures> MachineFigures(SimulationResult result, double? cores) => result.SharedBusy is { } busy
        ? [new PartFigures("the machine", 1, 1, 1, Round(busy / result.Plan.Duration.TotalSeconds / cores!.Value), null, Round(busy), 0)]
        : [];

    private static PhaseLatency Latencies(string phase, LatencyHistogram times) => new(
        phase, times.Count, times.Mean.Ms(), times.Percentile(50).Ms(), times.Percentile(95).Ms(), times.Percentile(99).Ms(), times.Max.Ms());

    private static LatencyHistogram Together(IEnumerable<LatencyHistogram> times)
    {
        var all = new LatencyHistogram();

        foreach (var some in times)
        {
            all.Add(some);
        }

        return all;
    }

    private static double Round(double value) => Math.Round(value, 4);
}

/// <summary>What became of the photographs. Together answered, refused and under way are those that came.</summary>
internal sealed record PhotographCounts(
    double Arrived, double Answered, double ByCluster, double ByEdge, double Provisional, double Degraded, double UnderWay, double GoodputPerSecond,
    IReadOnlyDictionary<string, double> Refused);

/// <summary>How long answers took, in milliseconds, by how things stood; of rates, a sample of them.</summary>
internal sealed record PhaseLatency(string Phase, long Count, double Mean, double P50, double P95, double P99, double Max);

/// <summary>A part over the day.</summary>
internal sealed record PartFigures(string Name, int Fewest, double Replicas, int Most, double Utilisation, double? Peak, double CoreSeconds, double Refused);

/// <summary>Answers that waited for their judgement.</summary>
internal sealed record OutboxFigures(double Most, double Left, double? DrainedAfterSeconds, double Judged, double Dropped);

/// <summary>Spans.</summary>
internal sealed record SpanFigures(
    double Made, double Stored, double Lost, double MostAtEdges, double? EdgesDrainedAfterSeconds, double MostInCluster, double? ClusterDrainedAfterSeconds);

/// <summary>Of a million photographs: hours of cores, and gigabytes.</summary>
internal sealed record MillionFigures(double ClusterCoreHours, double EdgeCoreHours, double PixelGigabytes, double SpanGigabytes, double StoredGigabytes);

/// <summary>A stretch of the day.</summary>
internal sealed record DayRow(
    double Minute, double ArrivedPerSecond, double AnsweredPerSecond, double Refused, double P50, double P95, double Backlog, IReadOnlyDictionary<string, int> Replicas);

[JsonSerializable(typeof(SimulationReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class SimulationJson : JsonSerializerContext;
