using InferenceTracing.Topology;

namespace InferenceTracing.Drills;

/// <summary>One way to break the system, and how it is mended.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">What it does.</param>
/// <param name="BreakAsync">Breaks it.</param>
/// <param name="MendAsync">Mends it; also after a drill that was interrupted.</param>
/// <param name="MayLose">True where losing traces is what the drill is to show.</param>
internal sealed record Drill(
    string Name,
    string Description,
    Func<ComposeProject, CancellationToken, Task> BreakAsync,
    Func<ComposeProject, CancellationToken, Task> MendAsync,
    bool MayLose = false)
{
    // What compose/edge.yaml has beside the edge itself.
    private const string EdgeNetwork = "edge", EdgeCollector = "edge-collector";

    public static Drill LinkCut { get; } = new(
        "link-cut",
        "Cuts the edge's link to the cluster: the edge answers by itself (in its mode cloud it refuses at once), and no trace is lost",
        (project, cancellationToken) => project.DisconnectAsync(SystemParts.Gateway, EdgeNetwork, cancellationToken),
        (project, cancellationToken) => project.ConnectAsync(SystemParts.Gateway, EdgeNetwork, cancellationToken));

    public static Drill KillCollector { get; } = new(
        "kill-collector",
        "Cuts the link, kills the edge's collector with its queue full of spans, and starts it again: what it had accepted is still there, and what came meanwhile is on the edge's own disk",
        async (project, cancellationToken) =>
        {
            await project.DisconnectAsync(SystemParts.Gateway, EdgeNetwork, cancellationToken);
            // Time for something to be queued that only the disk can save.
            await Task.Delay(TimeSpan.FromSeconds(10), cancellationToken);
            await project.KillAsync(EdgeCollector, cancellationToken);
        },
        async (project, cancellationToken) =>
        {
            await project.StartAsync(EdgeCollector, cancellationToken);
            await project.ConnectAsync(SystemParts.Gateway, EdgeNetwork, cancellationToken);
        });

    public static Drill KillModel { get; } = new(
        "kill-model",
        "Kills one of the two model servers: photographs are answered by the other's vote, marked as degraded",
        (project, cancellationToken) => project.KillAsync(SystemParts.Members[^1], cancellationToken),
        (project, cancellationToken) => project.StartAsync(SystemParts.Members[^1], cancellationToken),
        // What the killed process had not sent yet dies with it: traces with gaps, of the last second before.
        MayLose: true);

    public static Drill FillQueue { get; } = new(
        "fill-queue",
        "Cuts the link for longer than the edge's queue lasts (start the system with QUEUE_SPANS=2048): what does not fit waits on the edge's own disk",
        (project, cancellationToken) => project.DisconnectAsync(SystemParts.Gateway, EdgeNetwork, cancellationToken),
        (project, cancellationToken) => project.ConnectAsync(SystemParts.Gateway, EdgeNetwork, cancellationToken));

    public static IReadOnlyList<Drill> All { get; } = [LinkCut, KillCollector, KillModel, FillQueue];
}
