using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Traces;

/// <summary>Decides after a run whether its traces can be read, reads them, or says why not.</summary>
internal static class TraceCheckStep
{
    /// <summary>The traces' report, or null and the reason in one line.</summary>
    public static async Task<(TraceReport? Report, string? Reason)> RunAsync(
        Scenario scenario, SystemDescription system, Measured measured, LoadTelemetry telemetry, TimeProvider time, CancellationToken cancellationToken)
    {
        if (scenario.CheckTraces == 0)
        {
            return (null, null);
        }

        if (system.Members.Count == 0)
        {
            return (null, "Traces are not checked: the answers do not say which members vote.");
        }

        if (measured.TraceIds.Count == 0)
        {
            return (null, "Traces are not checked: no answer names a sampled trace.");
        }

        telemetry.Flush();

        try
        {
            return (await new TraceReading(scenario, system, telemetry.Exports).ReadAsync(measured, time, cancellationToken), null);
        }
        catch (HttpRequestException failure)
        {
            return (null, $"Traces are not checked: {scenario.Jaeger} does not answer as Jaeger's query API ({failure.Message}); name it with --jaeger.");
        }
    }
}
