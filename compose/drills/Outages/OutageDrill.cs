using System.Globalization;
using System.Runtime.InteropServices;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Drills.Outages;

/// <summary>What the edge's own vote and its outbox are for, seen: the drills of an edge that never says no.</summary>
internal static class OutageDrill
{
    private const string Link = "link-cut", Kill = "kill-edge", Overload = "overload";

    private const int TimesThePeak = 3;

    private static readonly TimeSpan Around = TimeSpan.FromSeconds(20);

    /// <summary>By their names on the command line.</summary>
    public static IReadOnlyList<string> Names { get; } = [Link, Kill, Overload];

    /// <summary>0 when all that must hold does.</summary>
    public static Task<int> RunAsync(OutageOptions options, TextWriter output, CancellationToken cancellationToken) =>
        TableDrill.RunAsync(OutageTable.Place, options.Document, output, token => RunAllAsync(options, output, token), cancellationToken);

    private static async Task<(string Table, bool Holds)> RunAllAsync(OutageOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var results = new List<OutageResult>();

        foreach (var name in options.Only)
        {
            var result = name == Overload
                ? await OverloadAsync(options, output, clock, cancellationToken)
                : await CutAsync(options, kill: name == Kill, output, clock, cancellationToken);
            await output.WriteLineAsync(result.ToString());
            results.Add(result);
        }

        var table = OutageTable.Write(results, string.Create(
            CultureInfo.InvariantCulture,
            $"{clock.GetLocalNow():yyyy-MM-dd}, {options.Rate} photographs a second, link cut for {options.Outage.TotalSeconds:0} s, {options.Precision}, {Environment.ProcessorCount} cores for edge and cluster together ({RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}):"));
        return (table, results.All(result => result.Holds));
    }

    /// <summary>The link is cut under load and comes back; with <paramref name="kill"/> the edge is killed meanwhile.</summary>
    private static async Task<OutageResult> CutAsync(OutageOptions options, bool kill, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var system = await OutageSystem.StartAsync(options.Precision, arrange: null, cancellationToken);
        await WarmAsync(system, options.Rate, clock, cancellationToken);

        var load = new PhotoLoad(system.Edge, options.Rate, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = load.RunAsync(end.Token);

        try
        {
            await Task.Delay(Around, clock, cancellationToken);
            await output.WriteLineAsync("the link is cut");
            var cut = clock.GetUtcNow();
            system.Link.Cut();

            if (kill)
            {
                await Task.Delay(options.Outage / 2, clock, cancellationToken);
                await output.WriteLineAsync("the edge is killed");
                await system.KillEdgeAsync(cancellationToken);
                await Task.Delay(options.Outage / 2, clock, cancellationToken);
            }
            else
            {
                await Task.Delay(options.Outage, clock, cancellationToken);
            }

            var mended = clock.GetUtcNow();
            system.Link.Mend();
            await output.WriteLineAsync($"the link is back, {await system.PendingAsync(cancellationToken)} answers wait");
            var caughtUp = await JudgedAsync(system, mended, clock, cancellationToken);
            await output.WriteLineAsync($"all of them are judged after {(caughtUp - mended).TotalSeconds:0} s");
            await end.CancelAsync();
            await sending;
            var judgements = await JudgementCount.TakeAsync(system, load.Answers, readTraces: !kill, clock, cancellationToken);
            return OutageResult.OfCut(kill ? Kill : Link, new OutagePhases(load.Answers, cut, mended, caughtUp), judgements);
        }
        finally
        {
            await end.CancelAsync();
            await sending;
        }
    }

    /// <summary>Three times as many as the gateway lets through.</summary>
    private static async Task<OutageResult> OverloadAsync(OutageOptions options, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        var peak = Math.Max(1, options.Rate / TimesThePeak);
        await using var system = await OutageSystem.StartAsync(options.Precision, plan => OutageSystem.Limit(plan, peak), cancellationToken);
        await WarmAsync(system, 1, clock, cancellationToken);

        var load = new PhotoLoad(system.Edge, peak * TimesThePeak, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(Around + Around);
        await output.WriteLineAsync($"{peak * TimesThePeak} photographs a second, of which the cluster takes {peak}");
        await load.RunAsync(end.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return OutageResult.OfOverload(Overload, load.Answers);
    }

    /// <summary>A system that has just started is slow, and that is not what is measured.</summary>
    private static async Task WarmAsync(OutageSystem system, int rate, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var warm = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        warm.CancelAfter(Around / 2);
        await new PhotoLoad(system.Edge, rate, clock).RunAsync(warm.Token);
    }

    private static async Task<DateTimeOffset> JudgedAsync(OutageSystem system, DateTimeOffset mended, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (await system.PendingAsync(cancellationToken) > 0 && clock.GetUtcNow() - mended < OutageResult.MostToCatchUp * 2)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }

        return clock.GetUtcNow();
    }
}
