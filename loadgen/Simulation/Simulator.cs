using InferenceTracing.LoadGenerator.Simulation.Exact;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Rates;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation;

/// <summary>
/// One model of the system at two grains. Few photographs are followed one by one, event by event; many as rates, for which the same stations say, event by event,
/// how one replica behaves at each rate. Which of the two is a matter of what somebody wants to wait for: a test holds them against each other.
/// </summary>
internal static class Simulator
{
    /// <summary>More photographs than this are rates.</summary>
    public const double MostEvents = 2_000_000;

    public static SimulationResult Simulate(SimulationPlan plan) => Simulate(plan, new Random(plan.Seed));

    public static SimulationResult Simulate(SimulationPlan plan, Random random) => MethodOf(plan) == SimulationMethod.Events
        ? EventRun.Simulate(plan, random)
        : RateRun.Simulate(plan, random);

    private static SimulationMethod MethodOf(SimulationPlan plan) =>
        plan.Method ?? (plan.SharedCores is not null || plan.PhotographsExpected <= MostEvents ? SimulationMethod.Events : SimulationMethod.Rates);
}
