using System.Globalization;
using System.Runtime.InteropServices;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Drills.Collectors;

/// <summary>All scenarios, one after the other, on one system of the drill's own.</summary>
internal static class CollectorDrill
{
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(10);

    /// <summary>0 when the store lost no span; that some come twice is said, and no failure.</summary>
    /// <exception cref="DrillException">It cannot go on.</exception>
    public static async Task<int> RunAsync(CollectorOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var launcher = LauncherWatch.StopWhenGone(stop);
        var folder = Directory.CreateTempSubdirectory("inference-tracing-collectors").FullName;

        try
        {
            if (options.Document is { } place)
            {
                // Said now, and not at the end.
                _ = ScenarioTable.Place.Around(place);
                File.OpenWrite(place).Dispose();
            }

            var clock = TimeProvider.System;
            var checkout = Checkout.Find();
            var program = await CollectorProgram.FindAsync(options.Collector, checkout, folder, stop.Token);
            var version = await CollectorProgram.VersionAsync(program, stop.Token);
            var results = new List<ScenarioResult>();

            await using (var system = await CollectorSystem.StartAsync(program, folder, Path.Combine(checkout.Root, "logs", "collectors"), clock, stop.Token))
            {
                foreach (var scenario in CollectorScenario.All.Where(scenario => options.Only.Count == 0 || options.Only.Contains(scenario.Name)))
                {
                    results.Add(await ScenarioRun.RunAsync(scenario, system, options.Rate, Around, output, clock, stop.Token));
                }
            }

            var table = ScenarioTable.Write(results, string.Create(
                CultureInfo.InvariantCulture,
                $"{clock.GetLocalNow():yyyy-MM-dd}, Collector {version}, {options.Rate} photographs a second, {Environment.ProcessorCount} cores ({RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}):"));
            await output.WriteLineAsync(table);

            if (options.Document is { } document)
            {
                ScenarioTable.Place.Write(document, table);
            }

            return results.All(result => result.First.Incomplete == 0 && result.First.Lost == 0) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>What the command line asks for.</summary>
/// <param name="Collector">The collector's program; null takes the one that is found.</param>
/// <param name="Rate">Photographs a second.</param>
/// <param name="Only">Names of scenarios; none means all.</param>
/// <param name="Document">The document the table is written into; null writes none.</param>
internal sealed record CollectorOptions(string? Collector, int Rate, IReadOnlyList<string> Only, string? Document);
