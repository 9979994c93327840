using System.Text.Json.Serialization;

namespace InferenceTracing.LoadGenerator.Simulation.Plans;

/// <summary>What is simulated: who sends how much, over which link, to which cluster, and what goes wrong meanwhile. docs/scale.md lists the fields.</summary>
internal sealed record SimulationPlan
{
    public required string Name { get; init; }

    /// <summary>The same seed gives the same report, to the last digit.</summary>
    public int Seed { get; init; } = 1;

    public required TimeSpan Duration { get; init; }

    /// <summary>At the beginning, and in no figure.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How it is simulated; by the number of photographs where nothing is said.</summary>
    public SimulationMethod? Method { get; init; }

    /// <summary>A file of unit costs, seen from the plan's folder; or <see cref="Units"/>.</summary>
    public string? Costs { get; init; }

    public UnitCosts? Units { get; init; }

    /// <summary>Everything, the sender too, on so many cores of one machine; null where every replica and every edge has its own.</summary>
    public double? SharedCores { get; init; }

    /// <summary>How fast these cores are beside those that the unit costs were measured on.</summary>
    public double Speed { get; init; } = 1;

    public required IReadOnlyList<EdgeClass> Edges { get; init; }

    public required ClusterPlan Cluster { get; init; }

    public IReadOnlyList<Outage> Outages { get; init; } = [];

    [JsonIgnore]
    public double PhotographsExpected => Edges.Sum(edges => new RateCurve(edges, Duration).Total);
}

/// <summary>Edges that are alike.</summary>
internal sealed record EdgeClass
{
    public required string Name { get; init; }

    public required int Count { get; init; }

    /// <summary>Photographs of one edge, on average over the day.</summary>
    public required double PerMinute { get; init; }

    /// <summary>24 numbers that say how the day's photographs are spread over its hours; only their ratios count.</summary>
    public IReadOnlyList<double>? Hours { get; init; }

    public IReadOnlyList<Burst> Bursts { get; init; } = [];

    /// <summary>Poisson, or evenly spaced as the load generator sends them.</summary>
    public bool Even { get; init; }

    public EdgeMode Mode { get; init; }

    /// <summary>In a cascade: the share of photographs that the edge is sure of.</summary>
    public double Kept { get; init; } = 0.6;

    /// <summary>Of so many confident answers the cluster judges one; 0: none.</summary>
    public int AuditEvery { get; init; } = 50;

    /// <summary>Share of traces kept.</summary>
    public double Sampling { get; init; } = 1;

    public int Cores { get; init; } = 2;

    /// <summary>Photographs under way at an edge, and further ones that wait.</summary>
    public int InFlight { get; init; } = 32;

    public int Queue { get; init; }

    public LinkPlan Link { get; init; } = new();

    public OutboxPlan Outbox { get; init; } = new();

    /// <summary>What an edge's collector keeps while the link is down, and how fast it sends it afterwards.</summary>
    public double SpanQueue { get; init; } = 200_000;

    public double SpansPerSecond { get; init; } = 200;
}

/// <summary>An edge's way to the cluster.</summary>
internal sealed record LinkPlan
{
    /// <summary>There and back, without the body.</summary>
    public ServiceTime RoundTrip { get; init; } = ServiceTime.Fixed(0);

    /// <summary>Of one edge; 0: as many as it likes.</summary>
    public double Megabits { get; init; }

    /// <summary>How long a body of so many bytes is on the way, in seconds.</summary>
    public double Transfer(double bytes) => Megabits > 0 ? bytes * 8 / (Megabits * 1e6) : 0;
}

/// <summary>How an edge catches up.</summary>
internal sealed record OutboxPlan
{
    /// <summary>Judgements a second of one edge; 0: as fast as <see cref="Parallel"/> at a time get through.</summary>
    public double PerSecond { get; init; } = 10;

    public int Parallel { get; init; } = 8;

    /// <summary>Each edge begins at a moment of its own within this time after the link is back.</summary>
    public TimeSpan ReturnWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Keeps to the edge's own pace, which refusals slow down; otherwise it asks again after 20 ms.</summary>
    public bool Paced { get; init; } = true;

    /// <summary>Of one edge; older ones go unjudged beyond it.</summary>
    public double Entries { get; init; } = 7000;
}

/// <summary>So many times the usual rate for a while.</summary>
internal sealed record Burst(TimeSpan At, TimeSpan For, double Times);

/// <summary>The link of all edges, or of one class of them, is down.</summary>
internal sealed record Outage(TimeSpan At, TimeSpan For, string? Edges = null)
{
    public bool IsOf(EdgeClass edges) => Edges is null || Edges == edges.Name;

    public bool Covers(double seconds) => seconds >= At.TotalSeconds && seconds < (At + For).TotalSeconds;
}

/// <summary>The cluster.</summary>
internal sealed record ClusterPlan
{
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What a refusal asks for.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether those of an outbox wait at the model servers until no live photograph does.</summary>
    public bool LiveFirst { get; init; } = true;

    /// <summary>Photographs of outboxes under way at once through one gateway; 0: as many as come.</summary>
    public int BackgroundAtOnce { get; init; } = 4;

    public PoolPlan Gateway { get; init; } = new() { Slots = 16, Queue = 256 };

    public PoolPlan Ensemble { get; init; } = new() { Slots = 16, Queue = 256 };

    /// <summary>By the model's name; each of the unit costs' members has one.</summary>
    public required IReadOnlyDictionary<string, PoolPlan> Members { get; init; }

    public PoolPlan Collector { get; init; } = new();

    public PoolPlan Store { get; init; } = new();

    /// <summary>Spans that the cluster's collectors keep where the store is slower than they are.</summary>
    public double SpanQueue { get; init; } = 200_000;
}

/// <summary>A part's replicas.</summary>
internal sealed record PoolPlan
{
    public int Replicas { get; init; } = 1;

    /// <summary>Of one replica.</summary>
    public double Cores { get; init; } = 1;

    /// <summary>Requests worked on at once by one replica; of a model server, its runners.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Requests that wait in one replica; further ones are refused.</summary>
    public int Queue { get; init; } = 64;

    /// <summary>Images of one run.</summary>
    public int MaxBatch { get; init; } = 8;

    public AutoscalerPlan? Autoscaler { get; init; }
}

/// <summary>As Kubernetes' HorizontalPodAutoscaler decides.</summary>
internal sealed record AutoscalerPlan
{
    public required int Min { get; init; }

    public required int Max { get; init; }

    /// <summary>Share of its cores that a replica is to be busy with.</summary>
    public double Target { get; init; } = 0.7;

    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From the decision to the first request that a new replica answers.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The highest wish of this time counts, so that a gap in the load costs no replica.</summary>
    public TimeSpan DownAfter { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Who answers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EdgeMode>))]
internal enum EdgeMode
{
    [JsonStringEnumMemberName("cloud")]
    Cloud,

    [JsonStringEnumMemberName("fallback")]
    Fallback,

    [JsonStringEnumMemberName("cascade")]
    Cascade,

    [JsonStringEnumMemberName("edge")]
    Edge,
}

/// <summary>How it is simulated.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SimulationMethod>))]
internal enum SimulationMethod
{
    /// <summary>Every photograph by itself, event by event.</summary>
    [JsonStringEnumMemberName("events")]
    Events,

    /// <summary>Rates, second by second, with what such a simulation says of one replica at each of them.</summary>
    [JsonStringEnumMemberName("rates")]
    Rates,
}
