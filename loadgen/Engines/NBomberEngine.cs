using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;
using NBomber.Contracts;
using NBomber.CSharp;
using NScenario = NBomber.CSharp.Scenario;

namespace InferenceTracing.LoadGenerator.Engines;

/// <summary>
/// The same requests, started by NBomber. NBomber does not tell when a request was due, so its latency is measured from the real start; the report,
/// the requirements and the trace checks are ours.
/// </summary>
internal sealed class NBomberEngine(Scenarios.Scenario scenario, PhotoClient client, Measurement measurement, StartClock clock) : IEngine
{
    private long _next = -1;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        var photographs = NScenario.Create(scenario.Name, async context =>
            {
                if (stop.IsCancellationRequested)
                {
                    context.StopCurrentTest("stopped");
                    return (IResponse)Response.Ok();
                }

                var start = clock.Now;
                measurement.Due(start);
                return await Undertaking.SendAsync(client, measurement, clock, Interlocked.Increment(ref _next), start, abandon)
                    ? Response.Ok()
                    : (IResponse)Response.Fail();
            })
            .WithoutWarmUp()
            .WithRestartIterationOnFail(false)
            .WithMaxFailCount(int.MaxValue)
            .WithLoadSimulations([.. Simulations(scenario)]);

        return Task.Run(() => NBomberRunner.RegisterScenarios(photographs).WithoutReports().Run(), CancellationToken.None);
    }

    /// <exception cref="UsageException">NBomber has no such load.</exception>
    private static IEnumerable<LoadSimulation> Simulations(Scenarios.Scenario scenario)
    {
        if (scenario.Requests is not null || scenario.Load is OpenLoad { Arrivals: ArrivalKind.Poisson })
        {
            throw new UsageException("--engine nbomber knows no count of requests and no Poisson arrivals.");
        }

        return scenario.Load switch
        {
            ClosedLoad closed => [Simulation.KeepConstant(closed.Clients, scenario.WarmUp + scenario.Duration)],
            OpenLoad open => Stages(open, scenario.WarmUp),
            _ => throw new InvalidOperationException($"NBomber has no {scenario.Load}."),
        };
    }

    /// <summary>NBomber climbs from the rate that was there before to the one it is given.</summary>
    private static IEnumerable<LoadSimulation> Stages(OpenLoad open, TimeSpan warmUp)
    {
        if (warmUp > TimeSpan.Zero)
        {
            yield return Hold(open.Stages[0].From > 0 ? open.Stages[0].From : open.Stages[0].To / 2, warmUp);
        }

        foreach (var stage in open.Stages)
        {
            yield return stage.From == stage.To
                ? Hold(stage.From, stage.Duration)
                : Simulation.RampingInject((int)Math.Round(stage.To), TimeSpan.FromSeconds(1), stage.Duration);
        }
    }

    /// <summary>One at a time, at equal distances: a whole second's requests at once would be another load.</summary>
    private static LoadSimulation Hold(double rate, TimeSpan duration) => Simulation.Inject(1, TimeSpan.FromSeconds(1 / rate), duration);
}
