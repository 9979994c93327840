using InferenceTracing.LoadGenerator.Simulation;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

public sealed class SimulatorTests
{
    [Theory]
    [InlineData(SimulationMethod.Events)]
    [InlineData(SimulationMethod.Rates)]
    internal void Simulate_Overload_EveryPhotographIsAccountedFor(SimulationMethod method)
    {
        var tally = Simulator.Simulate(SmallPlan.Create(rate: 300) with { Method = method }) is var result ? result.Tally : null!;

        Assert.True(tally.Refused["overloaded"] > 0.2 * tally.Arrived);
        Assert.Equal(tally.Arrived, tally.Answered + tally.Refused.Values.Sum() + result.UnderWay, 1e-6 * tally.Arrived);
        Assert.Equal(tally.Arrived, tally.Day.Sum(slice => slice.Arrived), 1e-6 * tally.Arrived);
    }

    [Theory]
    [InlineData(SimulationMethod.Events)]
    [InlineData(SimulationMethod.Rates)]
    internal void Simulate_SameSeed_IsTheSameReport(SimulationMethod method)
    {
        var plan = SmallPlan.WithOutage(EdgeMode.Cascade) with { Method = method };

        var (one, same, other) = (Report(plan), Report(plan), Report(plan with { Seed = 2 }));

        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [InlineData(SimulationMethod.Events)]
    [InlineData(SimulationMethod.Rates)]
    internal void Simulate_OutageInFallback_EverythingIsAnsweredAndTheOutboxDrains(SimulationMethod method)
    {
        var result = Simulator.Simulate(SmallPlan.WithOutage(EdgeMode.Fallback) with { Method = method });

        // 60 s at 50 a second.
        Assert.Empty(result.Tally.Refused);
        Assert.InRange(result.Tally.Provisional, 2700, 3300);
        Assert.InRange(result.Outboxes.Most, 2700, 3300);
        // 10 edges judge one a second each, and begin within ten seconds.
        Assert.InRange(result.Outboxes.DrainedAfter!.Value, 250, 400);
        Assert.Equal(0, result.Outboxes.Now, 1.0);
        Assert.True(result.Spans.AtEdges.Most > 10_000);
        Assert.NotNull(result.Spans.AtEdges.DrainedAfter);
    }

    [Theory]
    [InlineData(SimulationMethod.Events)]
    [InlineData(SimulationMethod.Rates)]
    internal void Simulate_OutboxThatCosts_IsTheEdgesWork(SimulationMethod method)
    {
        var plan = SmallPlan.WithOutage(EdgeMode.Fallback) with { Method = method };
        var costs = plan.Units! with { Edge = plan.Units.Edge with { Keep = ServiceTime.Fixed(0.01), Judge = ServiceTime.Fixed(0.03) } };

        var (free, dear) = (Simulator.Simulate(plan), Simulator.Simulate(plan with { Units = costs }));

        var expected = (0.01 * dear.Tally.Provisional) + (0.03 * dear.Tally.Judged);
        Assert.InRange(dear.EdgeBusy - free.EdgeBusy, 0.9 * expected, 1.1 * expected);
    }

    /// <summary>Five hundred edges that nobody told how many they are: the backlog takes what live photographs leave, and these hardly notice.</summary>
    [Theory]
    [InlineData(SimulationMethod.Events)]
    [InlineData(SimulationMethod.Rates)]
    internal void Simulate_HerdComesBack_LivePhotographsGoFirst(SimulationMethod method)
    {
        var plan = SmallPlan.WithOutage(EdgeMode.Fallback);
        plan = plan with
        {
            Method = method,
            Duration = TimeSpan.FromSeconds(1500),
            Edges = [plan.Edges[0] with { Count = 500, PerMinute = 50.0 * 60 / 500, Outbox = new OutboxPlan() }],
        };

        var (result, unruly) = (Simulator.Simulate(plan), Simulator.Simulate(plan with
        {
            Edges = [plan.Edges[0] with { Outbox = new OutboxPlan { PerSecond = 0, Paced = false, ReturnWithin = TimeSpan.Zero } }],
            Cluster = plan.Cluster with { LiveFirst = false, BackgroundAtOnce = 0 },
        }));

        Assert.NotNull(result.Outboxes.DrainedAfter);
        // The whole of what one replica can do is taken; live photographs wait for the image that is under way.
        Assert.InRange(P95(result, Phase.CatchUp) / P95(result, Phase.Usual), 0.8, 1.65);
        // Who does not keep to it, or is not told apart, pays for it in time, or in photographs that the edge must answer in the cluster's place.
        Assert.True(P95(unruly, Phase.CatchUp) > 1.5 * P95(unruly, Phase.Usual) || unruly.Tally.Provisional > 1.5 * result.Tally.Provisional);

        static double P95(SimulationResult result, Phase phase) => result.Tally.Latency[phase].Percentile(95).TotalMilliseconds;
    }

    [Fact]
    public void Simulate_OutageInCloudMode_IsRefusedForItsCause()
    {
        var result = Simulator.Simulate(SmallPlan.WithOutage(EdgeMode.Cloud));

        Assert.Equal(["cluster_unreachable"], result.Tally.Refused.Keys);
        Assert.InRange(result.Tally.Refused["cluster_unreachable"], 2700, 3300);
        Assert.Equal(0, result.Outboxes.Most);
    }

    [Fact]
    public void Simulate_Cascade_AsksTheClusterForTheRest()
    {
        var result = Simulator.Simulate(SmallPlan.Create(rate: 50, EdgeMode.Cascade));

        Assert.InRange(result.Tally.ByEdge / result.Tally.Arrived, 0.58, 0.62);
        Assert.InRange(result.Tally.Sent / result.Tally.Arrived, 0.38, 0.44);
    }

    /// <summary>Rates are the same model at another grain: what a thousand seconds of events say, they must say too.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(110)]
    [InlineData(300)]
    public void Simulate_ByRates_AgreesWithEvents(double rate)
    {
        var plan = SmallPlan.Create(rate) with { Duration = TimeSpan.FromSeconds(1000) };

        var (events, rates) = (SimulationReport.Of(Simulator.Simulate(plan with { Method = SimulationMethod.Events })), SimulationReport.Of(Simulator.Simulate(plan with { Method = SimulationMethod.Rates })));

        // Rates take the members' queues for independent of each other, and they are not quite: both have the same arrivals.
        AssertNear(events.Photographs.GoodputPerSecond, rates.Photographs.GoodputPerSecond, 0.06);
        AssertNear(events.Latency[0].P50, rates.Latency[0].P50, 0.10);
        AssertNear(events.Latency[0].P95, rates.Latency[0].P95, 0.10);
        Assert.All(events.Parts.Zip(rates.Parts), pair => AssertNear(pair.First.CoreSeconds, pair.Second.CoreSeconds, 0.06));
    }

    [Theory]
    [InlineData(SimulationMethod.Events)]
    [InlineData(SimulationMethod.Rates)]
    internal void Simulate_LoadGrows_TheAutoscalersReplicasHelpAfterTheirDelay(SimulationMethod method)
    {
        var plan = SmallPlan.Create(rate: 60) with { Duration = TimeSpan.FromMinutes(24), WarmUp = TimeSpan.Zero, Method = method };
        var scaler = new AutoscalerPlan { Min = 1, Max = 8, Delay = TimeSpan.FromSeconds(60) };
        plan = plan with
        {
            Edges = [plan.Edges[0] with { Bursts = [new Burst(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), 5)] }],
            Cluster = plan.Cluster with { Members = plan.Cluster.Members.ToDictionary(member => member.Key, member => member.Value with { Autoscaler = scaler }) },
        };

        var day = Simulator.Simulate(plan).Tally.Day;

        // A slice is a minute, and the burst begins with the tenth. What is ordered in it answers in the next, and only then more is ordered.
        Assert.Equal((1, 2), (day[10].Replicas["big"], day[11].Replicas["big"]));
        Assert.True(day[10].Refused > 0.1 * day[10].Arrived);
        Assert.True(day[16].Replicas["big"] >= 3);
        Assert.True(day[18].Refused < 0.01 * day[18].Arrived);
    }

    /// <summary>A day of a million edges takes no more than a day of a thousand.</summary>
    [Fact]
    public void Simulate_AMillionEdges_TakesABoundedNumberOfEvents()
    {
        var plan = SmallPlan.Create(rate: 16_000) with { Duration = TimeSpan.FromDays(1) };
        plan = plan with
        {
            Edges = [plan.Edges[0] with { Count = 1_000_000, PerMinute = 0.96, Hours = [.. Enumerable.Range(0, 24).Select(hour => 2 + Math.Sin(hour / 24.0 * 2 * Math.PI))] }],
            Cluster = plan.Cluster with
            {
                Gateway = new PoolPlan { Replicas = 100, Slots = 16 },
                Ensemble = new PoolPlan { Replicas = 100, Slots = 16 },
                Members = plan.Cluster.Members.ToDictionary(member => member.Key, _ => new PoolPlan { Replicas = 400 }),
            },
        };

        var result = Simulator.Simulate(plan);

        Assert.Equal(SimulationMethod.Rates, result.Method);
        Assert.InRange(result.Tally.Arrived, 1.3e9, 1.5e9);
        Assert.InRange(result.Events, 1, 30_000_000);
    }

    private static void AssertNear(double expected, double actual, double share) => Assert.InRange(actual, expected * (1 - share), expected * (1 + share));

    private static string Report(SimulationPlan plan) => SimulationReport.Of(Simulator.Simulate(plan)).Json();
}
