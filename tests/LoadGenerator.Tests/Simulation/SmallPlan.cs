using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

/// <summary>Ten edges and one replica of everything; the slower member does a little more than 140 photographs a second.</summary>
internal static class SmallPlan
{
    private static readonly UnitCosts Units = new()
    {
        Edge = new EdgeCosts
        {
            Rest = ServiceTime.Fixed(0.001), Decode = ServiceTime.OneOf([0.002, 0.004, 0.02]), Vote = ServiceTime.Fixed(0.004), Refusal = ServiceTime.Fixed(0.0005),
        },
        Gateway = ServiceTime.Fixed(0.001),
        Ensemble = ServiceTime.Fixed(0.001),
        Members = new Dictionary<string, MemberCosts>
        {
            ["big"] = new() { Rest = ServiceTime.Fixed(0.0005), Image = ServiceTime.LogNormal(0.007, 0.1), Batches = new Dictionary<int, double> { [8] = 0.85 } },
            ["small"] = new() { Rest = ServiceTime.Fixed(0.0005), Image = ServiceTime.LogNormal(0.005, 0.1) },
        },
        CollectorSpan = ServiceTime.Fixed(0.00001),
        StoreSpan = ServiceTime.Fixed(0.00001),
        RequestBytes = 150_000,
        Spans = 17,
        EdgeSpans = 5,
        SpanBytes = 260,
        StoredSpanBytes = 220,
    };

    /// <param name="rate">Photographs a second of all edges.</param>
    /// <param name="mode">Who answers.</param>
    public static SimulationPlan Create(double rate, EdgeMode mode = EdgeMode.Cloud) => new()
    {
        Name = "small",
        Duration = TimeSpan.FromSeconds(200),
        WarmUp = TimeSpan.FromSeconds(10),
        Units = Units,
        Edges = [new EdgeClass { Name = "shops", Count = 10, PerMinute = rate * 6, Mode = mode }],
        Cluster = new ClusterPlan { Members = Units.Members.Keys.ToDictionary(name => name, _ => new PoolPlan()) },
    };

    /// <summary>50 photographs a second, and a minute without a link.</summary>
    public static SimulationPlan WithOutage(EdgeMode mode)
    {
        var plan = Create(50, mode);
        return plan with
        {
            Duration = TimeSpan.FromSeconds(800),
            Edges = [plan.Edges[0] with { Outbox = new OutboxPlan { PerSecond = 1 } }],
            Outages = [new Outage(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(60))],
        };
    }
}
