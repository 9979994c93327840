using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>One edge: its cores, its places, as many decoders as cores, its link and its outbox.</summary>
internal sealed class EdgeSite
{
    private readonly EventQueue _events;
    private readonly Station _decoders;
    private readonly Processor? _uplink;

    public EdgeSite(EventRun run, int edges, Processor? shared)
    {
        Edges = edges;
        _events = run.Events;
        Plan = run.Plan.Edges[edges];
        Places = new Places(Plan.InFlight, Plan.Queue);
        Outbox = new EdgeOutbox(run, this);
        _uplink = Plan.Link.Megabits > 0 ? new Processor(run.Events, 1) : null;
        var costs = run.Plan.Units!.Edge;
        var votes = Plan.Mode is EdgeMode.Cascade or EdgeMode.Edge;

        // Who waits here has a place already, so that nobody is refused.
        _decoders = new Station(
            run.Events, shared ?? new Processor(run.Events, Plan.Cores), new StationShape(Plan.Cores, int.MaxValue),
            _ => costs.Decode.Draw(run.Random) + (votes ? costs.Vote.Draw(run.Random) : 0));
    }

    /// <summary>The number of its class in the plan.</summary>
    public int Edges { get; }

    public EdgeClass Plan { get; }

    public Places Places { get; }

    public EdgeOutbox Outbox { get; }

    public double Worked => _decoders.Worked;

    public void Decode(Visit visit) => _decoders.Enter(visit);

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

    public void Work(double seconds, Action ended) => _decoders.Run(seconds, ended);
}
