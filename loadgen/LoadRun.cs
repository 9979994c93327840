using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Engines;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Progress;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator;

/// <summary>Makes the load of a scenario, shows how it goes, and answers what was measured: all of it, or what there is when it is stopped.</summary>
internal static class LoadRun
{
    // What is under way when somebody stops the run may still be answered.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <param name="scenario">What is done.</param>
    /// <param name="engineName"><c>own</c> or <c>nbomber</c>.</param>
    /// <param name="client">Sends the photographs.</param>
    /// <param name="view">Shows how it goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the load: nothing more begins, and what is under way has a moment to end.</param>
    public static async Task<Measured> RunAsync(
        Scenario scenario, string engineName, PhotoClient client, IProgressView view, TimeProvider time, CancellationToken cancellationToken)
    {
        var measurement = new Measurement(scenario, client.Photographs);
        var clock = new StartClock(time);
        using var abandon = new CancellationTokenSource();
        await using var stopped = cancellationToken.Register(() => abandon.CancelAfter(Grace));

        var engine = EngineChoice.Create(engineName, scenario, client, measurement, clock);
        var run = engine.RunAsync(cancellationToken, abandon.Token);
        await view.ShowAsync(run, () => (clock.Now, measurement.Look()), time);
        await run;

        return measurement.Finish(clock.Now, cancellationToken.IsCancellationRequested);
    }
}
