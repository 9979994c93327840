using InferenceTracing.LoadGenerator.Scenarios;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests.Engines;

public sealed class OpenModelTests
{
    [Fact]
    public async Task Run_ServerThatStalls_EveryRequestDueInTheStallShowsIt()
    {
        // Request 10 closes the door for a second; those that come in the meantime wait in front of it.
        var door = Task.CompletedTask;
        await using var edge = await StubEdge.StartAsync(async (number, context) =>
        {
            if (number == 10)
            {
                door = Task.Delay(1000);
            }

            await door;
            await context.Response.WriteAsync("{}");
        });

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Rate = 50, Requests = 100, WarmUp = "0s", CheckTraces = "0" });

        // Fifty are due in that second, their waits spread evenly over it: half of the run, and so its p75 is half a second. A generator that waits
        // for answers would have one slow request of a hundred.
        Assert.Equal(100, run.Report!.Totals.Answered);
        Assert.InRange(run.Report.Latency.P75, 350, double.MaxValue);
        Assert.InRange(run.Report.Latency.Max, 950, double.MaxValue);
        Assert.True(run.Report.Slowest.Count(slow => slow.Ms > 500) >= 12);
    }

    [Fact]
    public async Task Run_TooManyUnderWay_SendsNoMoreAndSaysSo()
    {
        await using var edge = await StubEdge.StartAsync(async (number, context) =>
        {
            await Task.Delay(number == 0 ? 0 : 500, context.RequestAborted);
            await context.Response.WriteAsync("{}");
        });

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Rate = 100, Requests = 40, WarmUp = "0s", MaxInFlight = 5, CheckTraces = "0" });

        Assert.Equal(5, edge.MostInside);
        Assert.Equal(40, run.Report!.Totals.Answered + run.Report.Errors["not_sent"]);
    }

    [Fact]
    public async Task Run_ErrorsOfAllKinds_AreCountedByKind()
    {
        await using var edge = await StubEdge.StartAsync(async (number, context) =>
        {
            switch (number % 4)
            {
                case 1:
                    context.Response.StatusCode = 503;
                    await context.Response.WriteAsJsonAsync(new { reason = "too_busy" });
                    break;
                case 2:
                    context.Abort();
                    break;
                case 3:
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                default:
                    await context.Response.WriteAsync("""{"degraded":true}""");
                    break;
            }
        });

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Rate = 50, Requests = 20, WarmUp = "0s", Timeout = "300ms", CheckTraces = "0" });

        Assert.Equal(5, run.Report!.Errors["503 too_busy"]);
        Assert.Equal(5, run.Report.Errors["timeout"]);
        Assert.Equal(5, run.Report.Errors.Where(error => error.Key.StartsWith("connection_", StringComparison.Ordinal)).Sum(error => error.Value));
        Assert.Equal((5, 5), (run.Report.Totals.Answered, run.Report.Totals.Degraded));
        // The wait of a timeout is a latency, the refusal's is not; the clock of timers is a few milliseconds coarse.
        Assert.InRange(run.Report.Latency.Max, 290, double.MaxValue);
    }

    [Fact]
    public async Task Run_WarmUp_IsSentButNotMeasured()
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Rate = 50, Requests = 10, WarmUp = "400ms", CheckTraces = "0" });

        Assert.Equal(10, run.Report!.Totals.Due);
        // The look whether anybody is there, 20 of the warm-up, 10 measured.
        Assert.Equal(31, edge.Seen.Count);
    }
}
