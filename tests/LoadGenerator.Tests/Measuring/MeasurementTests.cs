using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Tests.Measuring;

public sealed class MeasurementTests
{
    [Fact]
    public void AnsweredPerSecond_LongAnswersInAShortRun_IsTheRateWhileTheLoadWasOn()
    {
        // Eight clients that wait half a second each: 16 answers a second from the first to the last moment.
        var measured = Closed(clients: 8, latency: 500, warmUp: 2000, duration: 4000);

        Assert.Equal(16, measured.AnsweredPerSecond, 0.3);
        Assert.Equal((64, 64), (measured.Due, measured.Answered));
        Assert.Equal(16, measured.Slices.All[0].Answered);
    }

    [Fact]
    public void AnsweredPerSecond_NothingArrivesBeforeTheLoadEnds_IsThatOfTheWholeRun()
    {
        // Asked after 0 and 0.5 s, answered after 2 and 2.5 s.
        var measured = Closed(clients: 4, latency: 2000, warmUp: 0, duration: 1000);

        Assert.Equal(2, measured.Answered);
        Assert.Equal(2 / 2.5, measured.AnsweredPerSecond, 3);
    }

    [Fact]
    public void Ended_InTheWarmUp_CountsForNothing()
    {
        var measurement = Start(warmUp: 1000);

        measurement.Due(At(0));
        measurement.Ended(new RequestTimes(At(0), At(0), At(900)), new Outcome(null, null, null), place: default);
        var measured = measurement.Finish(At(1000), interrupted: false);

        Assert.Equal((0, 0, 0d), (measured.Due, measured.Answered, measured.AnsweredPerSecond));
        Assert.Empty(measured.Slices.All);
    }

    [Fact]
    public void Ended_ToARequestOfTheWarmUp_CountsForTheRateOnly()
    {
        var measurement = Start(warmUp: 1000);

        measurement.Due(At(900));
        measurement.Due(At(1100));
        measurement.Ended(new RequestTimes(At(900), At(900), At(1200)), new Outcome(null, null, null), place: default);
        measurement.Due(At(1500));
        measurement.Ended(new RequestTimes(At(1100), At(1100), At(1600)), new Outcome(null, null, null), place: default);
        measurement.Ended(new RequestTimes(At(1500), At(1500), At(1900)), new Outcome(null, null, null), place: default);
        var measured = measurement.Finish(At(2000), interrupted: false);

        Assert.Equal((2, 2, 2), (measured.Due, measured.Answered, measured.Latency.Count));
        Assert.Equal(1 / 0.5, measured.AnsweredPerSecond, 3);
    }

    /// <summary>Clients that start one after the other within their latency, each with a request under way at any time.</summary>
    private static Measured Closed(int clients, int latency, int warmUp, int duration)
    {
        var measurement = Start(warmUp);
        var step = latency / clients;
        var end = warmUp + duration;

        // In the order of time: at every step one client has its answer and, while the load is on, asks again.
        for (var now = 0; now < end + latency; now += step)
        {
            if (now >= latency)
            {
                measurement.Ended(new RequestTimes(At(now - latency), At(now - latency), At(now)), new Outcome(null, null, null), place: default);
            }

            if (now < end)
            {
                measurement.Due(At(now));
            }
        }

        return measurement.Finish(At(end + latency), interrupted: false);
    }

    private static Measurement Start(int warmUp) => new(ScenarioBuilder.Build(new ScenarioSettings { WarmUp = $"{warmUp}ms" }), photographs: ["one.jpg"]);

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
