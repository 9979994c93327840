using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills;

/// <summary>A drill from start to end: load, break, wait, mend, count.</summary>
internal static class DrillRun
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LeastPatience = TimeSpan.FromMinutes(5);

    /// <summary>Runs <paramref name="drill"/> and prints what it cost; 0 when nothing was lost that must not be.</summary>
    /// <exception cref="DrillException">It cannot go on.</exception>
    public static async Task<int> RunAsync(Drill drill, DrillOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var project = new ComposeProject(options.Project);
        using var edge = new HttpClient { BaseAddress = options.Edge, Timeout = TimeSpan.FromSeconds(30) };
        var login = await project.ViewerLoginAsync(cancellationToken);
        using var store = new HttpClient { BaseAddress = options.Traces, DefaultRequestHeaders = { Authorization = login } };
        var load = new PhotoLoad(edge, options.Rate, clock);

        if (await load.SendAsync() is { Status: not 200 } first)
        {
            throw new DrillException($"the system does not answer before anything is broken: {first.Status} {first.Reason}.");
        }

        var breakage = new Breakage(drill.Name, token => drill.BreakAsync(project, token), token => drill.MendAsync(project, token), Settled, options.Outage);
        var (broken, mended) = await breakage.RunAsync(load, output, clock, cancellationToken);

        // Of what the edge's exporter kept on disk, a file for each second, it sends ten files a minute.
        var patience = TimeSpan.FromSeconds(Math.Max(LeastPatience.TotalSeconds, 10 * options.Outage.TotalSeconds));
        await output.WriteLineAsync($"counting traces; what is missing is waited for {patience.TotalMinutes:0} minutes …");
        var count = await TraceCount.TakeAsync(new JaegerClient(store, clock), load.Answers, patience, clock, cancellationToken);
        await output.WriteAsync(Report.Write(drill, load.Answers, broken, mended, count));
        return (count.Lost.Count == 0 && count.Broken.Count == 0) || drill.MayLose ? 0 : 1;
    }
}
