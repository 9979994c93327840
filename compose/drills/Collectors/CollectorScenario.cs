using System.Globalization;
using InferenceTracing.Setup;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Collectors;

/// <summary>One way to break the system with the collectors.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">Its row's first cell in the table.</param>
/// <param name="Outage">How long it stays broken.</param>
/// <param name="BreakAsync">Breaks it.</param>
/// <param name="MendAsync">Mends it.</param>
/// <param name="InSecondStore">Why the second store may differ from the first: said in the table where it does.</param>
internal sealed record CollectorScenario(
    string Name,
    string Description,
    TimeSpan Outage,
    Func<CollectorSystem, CancellationToken, Task> BreakAsync,
    Func<CollectorSystem, CancellationToken, Task> MendAsync,
    string InSecondStore = CollectorScenario.UnderWay)
{
    /// <summary>Why spans come twice.</summary>
    public const string UnderWay = "What was under way: taken, the answer lost, sent again.";

    private const string UsualQueue = "200000";

    public static CollectorScenario KillCollector { get; } = Ended("kill-collector", "cluster collector, kill -9", CollectorPlan.Collector, "KILL") with
    {
        InSecondStore = "In front of the second store's queue, what came in the last 0.2 s is in memory.",
    };

    public static IReadOnlyList<CollectorScenario> All { get; } =
    [
        Ended("kill-edge-collector", "edge collector, kill -9", CollectorPlan.EdgeCollector, "KILL"),
        Ended("stop-edge-collector", "edge collector, SIGTERM", CollectorPlan.EdgeCollector, "TERM"),
        KillCollector,
        Ended("stop-collector", "cluster collector, SIGTERM", CollectorPlan.Collector, "TERM"),
        new("cut-link", "link cut, no end is told", Seconds(20),
            (system, _) => Done(system.Link.Cut),
            (system, _) => Done(system.Link.Mend)),
        new("storage-away", "storage refuses connections", Seconds(20),
            (system, _) => system.Storage.RefuseAsync(),
            (system, _) => Done(system.Storage.Mend)),
        new("storage-silent", "way to the storage cut, no end is told", Seconds(20),
            (system, _) => Done(system.Storage.Cut),
            (system, _) => Done(system.Storage.Mend)),
        new("storage-frozen", "storage frozen (SIGSTOP)", Seconds(20),
            (system, cancellationToken) => system.SignalAsync(SystemParts.TraceStore, "STOP", cancellationToken),
            (system, cancellationToken) => system.SignalAsync(SystemParts.TraceStore, "CONT", cancellationToken)),
        new("rotate-key", "key rotated: the gateway has the new one, the edge not yet", Seconds(15),
            (system, cancellationToken) => system.RotateKeyAsync(cancellationToken),
            (system, cancellationToken) => system.HandOverKeyAsync(cancellationToken)),
        Full("fill-edge-queue", $"edge collector's queue full: link cut, QUEUE_SPANS={QueueSize.LeastAtEdge}", CollectorPlan.EdgeCollector, QueueSize.LeastAtEdge,
            (system, _) => Done(system.Link.Cut),
            system => system.Link.Mend()),
        Full("fill-queue", $"cluster collector's queue full: storage away, QUEUE_SPANS={QueueSize.LeastInCluster}", CollectorPlan.Collector, QueueSize.LeastInCluster,
            (system, _) => system.Storage.RefuseAsync(),
            system => system.Storage.Mend()) with
        {
            InSecondStore = "What the full queue refuses its sender sends again, to both stores, of which the second has it.",
        },
    ];

    private static CollectorScenario Ended(string name, string description, string collector, string signal) => new(
        name,
        description,
        Seconds(10),
        (system, cancellationToken) => system.SignalAsync(collector, signal, cancellationToken),
        (system, cancellationToken) => system.StartAgainAsync(collector, cancellationToken));

    /// <summary>A queue of one batch, and nobody who takes anything from it: at five photographs a second either is full in half a minute.</summary>
    private static CollectorScenario Full(
        string name, string description, string collector, int spans, Func<CollectorSystem, CancellationToken, Task> cutAsync, Action<CollectorSystem> mend) => new(
        name,
        description,
        Seconds(45),
        async (system, cancellationToken) =>
        {
            await system.SetAsync(collector, QueueSize.Variable, spans.ToString(CultureInfo.InvariantCulture), cancellationToken);
            await cutAsync(system, cancellationToken);
        },
        async (system, cancellationToken) =>
        {
            var wasFull = await system.HasRefusedAsync(collector, cancellationToken);
            mend(system);
            await system.SetAsync(collector, QueueSize.Variable, UsualQueue, cancellationToken);

            if (!wasFull)
            {
                throw new DrillException($"{name}: the queue was not full; more photographs a second (--rate) fill it.");
            }
        });

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
