using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills;

/// <summary>A drill from start to end: load, break, wait, mend, count.</summary>
internal static class DrillRun
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    // The collector's queue, or the exporter's files on disk, are sent again bit by bit.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Runs <paramref name="drill"/> and prints what it cost; 0 when nothing was lost that must not be.</summary>
    public static async Task<int> RunAsync(Drill drill, DrillOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            var project = new ComposeProject(options.Project);
            using var edge = new HttpClient { BaseAddress = options.Edge, Timeout = TimeSpan.FromSeconds(30) };
            var login = await project.ViewerLoginAsync(cancellationToken);
            using var store = new HttpClient { BaseAddress = options.Traces, DefaultRequestHeaders = { Authorization = login } };
            var load = new PhotoLoad(edge, options.Rate);

            if (await load.SendAsync() is { Status: not 200 } first)
            {
                throw new DrillException($"the system does not answer before anything is broken: {first.Status} {first.Reason}.");
            }

            var (broken, mended) = await BreakUnderLoadAsync(drill, project, load, options.Outage, output, cancellationToken);

            await output.WriteLineAsync("counting traces …");
            var count = await TraceCount.TakeAsync(new JaegerClient(store, TimeProvider.System), load.Answers, Patience, cancellationToken);
            await output.WriteAsync(Report.Write(drill, load.Answers, broken, mended, count));
            return (count.Lost.Count == 0 && count.Broken.Count == 0) || drill.MayLose ? 0 : 1;
        }
        catch (DrillException reason)
        {
            await output.WriteLineAsync($"{drill.Name}: {reason.Message}");
            return 2;
        }
    }

    private static async Task<(DateTimeOffset Broken, DateTimeOffset Mended)> BreakUnderLoadAsync(
        Drill drill, ComposeProject project, PhotoLoad load, TimeSpan outage, TextWriter output, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = load.RunAsync(stop.Token);
        DateTimeOffset broken, mended;

        try
        {
            await Task.Delay(Settled, cancellationToken);
            await output.WriteLineAsync($"{drill.Name}: breaking it, {load.Answers.Count} photographs answered so far");
            broken = DateTimeOffset.UtcNow;
            await drill.BreakAsync(project, cancellationToken);
            await Task.Delay(outage, cancellationToken);
        }
        finally
        {
            // However the drill ends, the system is left whole.
            await drill.MendAsync(project, CancellationToken.None);
            mended = DateTimeOffset.UtcNow;
        }

        await output.WriteLineAsync($"{drill.Name}: mended after {(mended - broken).TotalSeconds:0} s");
        await Task.Delay(Settled, cancellationToken);
        await stop.CancelAsync();
        await sending;
        return (broken, mended);
    }
}
