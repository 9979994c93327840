using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Engines;

/// <summary>A way to make load.</summary>
internal interface IEngine
{
    /// <summary>Makes the scenario's load and returns when its last request has ended.</summary>
    /// <param name="stop">No request begins after this; those under way end.</param>
    /// <param name="abandon">Those under way are cut off.</param>
    Task RunAsync(CancellationToken stop, CancellationToken abandon);
}

/// <summary>The engine asked for.</summary>
internal static class EngineChoice
{
    /// <exception cref="UsageException">This build does not have it.</exception>
    public static IEngine Create(string name, Scenario scenario, PhotoClient client, Measurement measurement, StartClock clock) => name switch
    {
#if NBOMBER
        "nbomber" => new NBomberEngine(scenario, client, measurement, clock),
#else
        "nbomber" => throw new UsageException("--engine nbomber: this build has no NBomber; build with -p:NBomber=true (docs/packages.md)."),
#endif
        _ => scenario.Load switch
        {
            ClosedLoad closed => new ClosedModel(scenario, closed, client, measurement, clock),
            OpenLoad open => new OpenModel(scenario, open, client, measurement, clock),
            _ => throw new InvalidOperationException($"There is no engine for {scenario.Load}."),
        },
    };
}
