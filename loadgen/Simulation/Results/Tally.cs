using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>What became of the photographs. Those due in the warm-up are in no count, and whole photographs or parts of one are counted alike.</summary>
internal sealed class Tally(SimulationPlan plan)
{
    private readonly double _from = plan.WarmUp.TotalSeconds;
    private readonly double _width = (plan.Duration - plan.WarmUp).TotalSeconds / Slices;

    /// <summary>Stretches of the day that are told apart.</summary>
    public const int Slices = 24;

    public double Arrived { get; private set; }

    public double ByCluster { get; private set; }

    public double ByEdge { get; private set; }

    /// <summary>Of the edge's answers, those that the cluster would have given.</summary>
    public double Provisional { get; private set; }

    /// <summary>Of the cluster's, those without a member's vote.</summary>
    public double Degraded { get; private set; }

    public double Answered => ByCluster + ByEdge;

    /// <summary>Answers that came between the warm-up and the end, whenever they were asked for: what goodput is made of.</summary>
    public double AnsweredInTime { get; private set; }

    /// <summary>Photographs of an outbox that were judged.</summary>
    public double Judged { get; private set; }

    /// <summary>Photographs that were sent to the cluster, an outbox's each time.</summary>
    public double Sent { get; private set; }

    public SortedDictionary<string, double> Refused { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<Phase, LatencyHistogram> Latency { get; } = Enum.GetValues<Phase>().ToDictionary(phase => phase, _ => new LatencyHistogram());

    public IReadOnlyList<Slice> Day { get; } = [.. Enumerable.Range(0, Slices).Select(_ => new Slice())];

    public void Arrive(double at, double photographs = 1)
    {
        if (at >= _from)
        {
            Arrived += photographs;
            SliceOf(at).Arrived += photographs;
        }
    }

    /// <summary>An answer, or several.</summary>
    /// <param name="asked">When the photograph came.</param>
    /// <param name="answered">When its answer did.</param>
    /// <param name="kind">Whose it is.</param>
    /// <param name="photographs">How many.</param>
    public void Answer(double asked, double answered, AnswerKind kind, double photographs = 1)
    {
        AnsweredInTime += answered >= _from ? photographs : 0;

        if (asked < _from)
        {
            return;
        }

        ByCluster += kind is AnswerKind.Cluster or AnswerKind.Degraded ? photographs : 0;
        ByEdge += kind is AnswerKind.Sure or AnswerKind.Provisional ? photographs : 0;
        Provisional += kind == AnswerKind.Provisional ? photographs : 0;
        Degraded += kind == AnswerKind.Degraded ? photographs : 0;
        SliceOf(answered).Answered += photographs;
    }

    /// <summary>How long one answer took.</summary>
    public void Time(double asked, double seconds, Phase phase)
    {
        if (asked >= _from)
        {
            Latency[phase].Record(TimeSpan.FromSeconds(seconds));
            SliceOf(asked).Latency.Record(TimeSpan.FromSeconds(seconds));
        }
    }

    public void Refuse(double asked, string reason, double photographs = 1)
    {
        if (asked >= _from && photographs > 0)
        {
            Refused[reason] = Refused.GetValueOrDefault(reason) + photographs;
            SliceOf(asked).Refused += photographs;
        }
    }

    public void Judge(double photographs = 1) => Judged += photographs;

    public void Send(double photographs = 1) => Sent += photographs;

    /// <summary>Notes how many of something there are now; the day keeps the most of each stretch.</summary>
    public void Look(double at, double backlog, IEnumerable<(string Name, int Replicas)> pools)
    {
        var slice = SliceOf(Math.Max(at, _from));
        slice.Backlog = Math.Max(slice.Backlog, backlog);

        foreach (var (name, replicas) in pools)
        {
            slice.Replicas[name] = Math.Max(slice.Replicas.GetValueOrDefault(name), replicas);
        }
    }

    private Slice SliceOf(double at) => Day[Math.Clamp((int)((at - _from) / _width), 0, Slices - 1)];

    /// <summary>A stretch of the day.</summary>
    internal sealed class Slice
    {
        public double Arrived { get; set; }

        public double Answered { get; set; }

        public double Refused { get; set; }

        public double Backlog { get; set; }

        public LatencyHistogram Latency { get; } = new();

        public SortedDictionary<string, int> Replicas { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Whose answer it is.</summary>
internal enum AnswerKind
{
    Cluster,
    Degraded,
    Sure,
    Provisional,
}

/// <summary>How things stand when a photograph comes.</summary>
internal enum Phase
{
    Usual,
    Outage,
    CatchUp,
}
