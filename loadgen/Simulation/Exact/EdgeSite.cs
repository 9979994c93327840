using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>One edge: its cores, its places, as many threads and decoders as cores, its link and its outbox.</summary>
internal sealed class EdgeSite
{
    private readonly EventQueue _events;
    private readonly WorkerThreads _threads;
    private readonly Processor? _uplink;

    public EdgeSite(EventRun run, int edges, Processor? shared)
    {
        Edges = edges;
        _events = run.Events;
        Plan = run.Plan.Edges[edges];
        Places = new Places(Plan.InFlight, Plan.Queue);
        Outbox = new EdgeOutbox(run, this);
        _uplink = Plan.Link.Megabits > 0 ? new Processor(run.Events, 1) : null;
        _threads = new WorkerThreads(shared ?? new Processor(run.Events, Plan.Cores), Plan.Cores);
    }

    /// <summary>The number of its class in the plan.</summary>
    public int Edges { get; }

    public EdgeClass Plan { get; }

    public Places Places { get; }

    public EdgeOutbox Outbox { get; }

    public double Worked => _threads.Worked;

    /// <summary>Live photographs that the cluster has not answered yet.</summary>
    public int AtCluster { get; set; }

    /// <summary>When the cluster last refused one for overload, in seconds.</summary>
    public double RefusedAt { get; set; } = double.NegativeInfinity;

    /// <summary>Those that an edge can answer by itself may take half of its places.</summary>
    public bool MaySend => Plan.Mode == EdgeMode.Cloud || AtCluster < Math.Max(1, Plan.InFlight / 2);

    /// <summary>A body on its way to the cluster: those of one edge share its link as work shares a core.</summary>
    public void Send(double bytes, double delay, Action arrived)
    {
        if (_uplink is null)
        {
            _events.After(delay, arrived);
        }
        else
        {
            _uplink.Run(Plan.Link.Transfer(bytes), () => _events.After(delay, arrived));
        }
    }

    public void Work(double seconds, Action ended) => _threads.Run(() => seconds, ended);

    /// <summary>The same, for work whose length is known when it begins.</summary>
    public void Work(Func<double> seconds, Action ended) => _threads.Run(seconds, ended);
}
