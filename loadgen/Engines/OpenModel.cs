using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Engines;

/// <summary>Starts every request when it is due. Nothing it does waits for an answer, so a system that stalls is asked all the same, and its stall is measured.</summary>
internal sealed class OpenModel(Scenario scenario, OpenLoad load, PhotoClient client, Measurement measurement, StartClock clock) : IEngine
{
    private readonly Undertaking _undertaking = new(client, measurement, clock);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        // A thread of its own: the pool's are busy with answers, and an arrival must not wait for one of them.
        await Task.Factory.StartNew(() => Dispatch(stop, abandon), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await _undertaking.AllEndedAsync();
    }

    private void Dispatch(CancellationToken stop, CancellationToken abandon)
    {
        var measured = 0;
        var number = 0L;

        foreach (var start in new ArrivalSchedule(Stages(), load.Arrivals, scenario.Seed).Starts())
        {
            if ((measurement.Counts(start) && measured == scenario.Requests) || !clock.WaitUntil(start, stop))
            {
                return;
            }

            measured += measurement.Counts(start) ? 1 : 0;
            measurement.Due(start);

            if (measurement.InFlight > scenario.MaxInFlight)
            {
                var now = clock.Now;
                measurement.Ended(new RequestTimes(start, now, now), new Outcome(Errors.NotSent, LeftOut: null, TraceId: null), client.PlaceOf(number));
            }
            else
            {
                _undertaking.Begin(number, start, abandon);
            }

            number++;
        }
    }

    /// <summary>The warm-up goes before the first stage, at the rate with which that begins, or half of what it climbs to from nothing.</summary>
    private IReadOnlyList<ArrivalStage> Stages()
    {
        var first = load.Stages[0];
        var rate = first.From > 0 ? first.From : first.To / 2;
        return scenario.WarmUp > TimeSpan.Zero ? [new ArrivalStage(scenario.WarmUp, rate, rate), .. load.Stages] : load.Stages;
    }
}
