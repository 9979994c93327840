using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills.Collectors;

/// <summary>A scenario from start to end: load, break, wait, mend, count.</summary>
internal static class ScenarioRun
{
    // The edge's exporter sends ten files a minute of what it kept on disk.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // The second store has a queue of its own.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(20);

    // What is sent twice may come a little after the last span that was missing.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    /// <param name="scenario">What is done to it.</param>
    /// <param name="system">A system that is whole.</param>
    /// <param name="rate">Photographs a second.</param>
    /// <param name="around">How long photographs come before and after.</param>
    /// <param name="output">Where progress is said.</param>
    /// <param name="clock">What is waited and measured with.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ScenarioResult> RunAsync(
        CollectorScenario scenario, CollectorSystem system, int rate, TimeSpan around, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        var load = new PhotoLoad(system.Edge, rate, clock);
        var (doubled, doubledInSecond) = await DoubledAsync(system, cancellationToken);
        var breakage = new Breakage(
            scenario.Name, token => scenario.BreakAsync(system, token), token => scenario.MendAsync(system, token), around, scenario.Outage);

        var (_, mended) = await breakage.RunAsync(load, output, clock, cancellationToken);
        await output.WriteLineAsync($"{scenario.Name}: counting {load.Answers.Count} traces; what is missing is waited for {Patience.TotalMinutes:0} minutes");
        var count = await TraceCount.TakeAsync(new JaegerClient(system.Store, clock), load.Answers, Patience, clock, cancellationToken);
        var complete = clock.GetUtcNow() - mended;
        var second = await TraceCount.TakeAsync(new JaegerClient(system.SecondStore, clock), load.Answers, Behind, clock, cancellationToken);

        await Task.Delay(Late, clock, cancellationToken);
        var (now, nowInSecond) = await DoubledAsync(system, cancellationToken);
        var result = new ScenarioResult(scenario, load.Answers, new(count, now - doubled), new(second, nowInSecond - doubledInSecond), complete);
        await output.WriteLineAsync($"{scenario.Name}: {result}");

        foreach (var example in count.Broken.Take(3))
        {
            await output.WriteLineAsync($"  {example}");
        }

        return result;
    }

    private static async Task<(long First, long Second)> DoubledAsync(CollectorSystem system, CancellationToken cancellationToken) =>
        (await CollectorSystem.DoubledAsync(system.Store, cancellationToken), await CollectorSystem.DoubledAsync(system.SecondStore, cancellationToken));
}
