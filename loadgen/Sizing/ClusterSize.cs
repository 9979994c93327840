using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Sizing;

/// <summary>What a load needs, by arithmetic: rates times unit costs, over the share of a core that is to be busy.</summary>
/// <param name="Parts">The cluster's parts.</param>
/// <param name="SpansPerSecond">Made, and kept.</param>
/// <param name="Partitions">Of Kafka's topic: as many as read it at once in the busiest minutes.</param>
/// <param name="Shards">Of a day's index in Elasticsearch.</param>
/// <param name="GigabytesADay">Kept, one copy.</param>
/// <param name="Gigabytes">Kept, all days and copies.</param>
/// <param name="ConnectionMegabytes">Of the edges' open connections, all gateways together.</param>
internal sealed record ClusterSize(
    IReadOnlyList<PartSize> Parts, (double Made, double Kept) SpansPerSecond, int Partitions, int Shards, double GigabytesADay, double Gigabytes, double ConnectionMegabytes)
{
    /// <summary>Elasticsearch's own advice is 10 to 50 GB a shard.</summary>
    private const double GigabytesOfAShard = 50;

    private const double Giga = 1e9, Mega = 1e6, Day = 86_400;

    /// <summary>Each with one core.</summary>
    public static ClusterSize Of(SizingFile sizing, UnitCosts costs)
    {
        var asked = sizing.Asked;
        var spans = costs.EdgeSpans + (asked * (costs.Spans - costs.EdgeSpans));
        var (made, kept) = (sizing.PhotographsPerSecond * spans, sizing.PhotographsPerSecond * spans * sizing.Sampling);
        var perDay = kept * Day * sizing.StoredSpanBytes / Giga;
        var ingester = Part("jaeger-ingester", spans * sizing.Sampling * costs.StoreSpan.Mean);

        return new ClusterSize(
            [
                Part("gateway", asked * costs.Gateway.Mean), Part("ensemble", asked * costs.Ensemble.Mean),
                .. costs.Members.Select(member => Part(member.Key, asked * (member.Value.Rest.Mean + member.Value.Image.Mean))),
                Part("collector", spans * costs.CollectorSpan.Mean), Part("jaeger-collector", spans * sizing.Sampling * costs.CollectorSpan.Mean), ingester,
            ],
            (made, kept), ingester.Most, Math.Max(sizing.LeastReplicas, (int)Math.Ceiling(perDay / GigabytesOfAShard)), perDay, perDay * sizing.RetentionDays * sizing.Copies,
            sizing.Edges * (costs.Presence?.ConnectionBytes ?? 0) / Mega);

        PartSize Part(string name, double seconds) => new(
            name, sizing.PhotographsPerSecond * seconds, sizing.Busiest * seconds, Replicas(sizing.PhotographsPerSecond * seconds), Replicas(sizing.Busiest * seconds));

        int Replicas(double cores) => Math.Max(sizing.LeastReplicas, (int)Math.Ceiling(cores / sizing.Target));
    }
}

/// <summary>A part of the cluster.</summary>
/// <param name="Name">Its workload's.</param>
/// <param name="Cores">That it is busy with on average.</param>
/// <param name="BusiestCores">That it is busy with in the busiest minutes.</param>
/// <param name="Fewest">Replicas of one core, the autoscaler's minimum: what the average needs.</param>
/// <param name="Most">Its maximum, at least: what the busiest minutes need.</param>
internal sealed record PartSize(string Name, double Cores, double BusiestCores, int Fewest, int Most)
{
    /// <summary>Thousandths of a core to ask for, of each replica, so that the autoscaler's share of the request is the share of the work: in the busiest minutes.</summary>
    public int MilliCores => (int)(Math.Ceiling(Math.Max(0.1, BusiestCores / Most) * 20) * 50);
}
