using System.Text.RegularExpressions;
using InferenceTracing.TestBed;

namespace InferenceTracing.ServiceDefaults.Tests.Logging;

/// <summary>Many failures at once: few lines, and a count of the others.</summary>
public sealed partial class FloodTests
{
    private const int Requests = 400;

    [Fact]
    public async Task Log_Flood_IsAFewLinesAndTheCountOfTheOthers()
    {
        await using var service = await StartedService.StartAsync(TracedSample.Name);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests), TestContext.Current.CancellationToken, async (_, token) => (await service.Client.PostAsync("/fail", null, token)).Dispose());

        await Patience.UntilAsync(() => Task.FromResult(Said(service) + LeftOut(service)), count => count == Requests);
        Assert.InRange(Said(service), 1, Requests / 2);
    }

    private static int Said(StartedService service) => service.Output.Count(line => line.Contains("POST /fail failed", StringComparison.Ordinal));

    private static int LeftOut(StartedService service) => service.Output
        .Select(line => LeftOutPattern().Match(line)).Where(found => found.Success).Sum(found => int.Parse(found.Groups[1].ValueSpan));

    [GeneratedRegex(@"(\d+) more like it left out \(Unhandled\)")]
    private static partial Regex LeftOutPattern();
}
