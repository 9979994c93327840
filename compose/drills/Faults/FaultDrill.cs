using System.Globalization;
using System.Runtime.InteropServices;
using InferenceTracing.Runner;

namespace InferenceTracing.Drills.Faults;

/// <summary>All faults, one after the other, on one system of the drill's own.</summary>
internal static class FaultDrill
{
    // What each part of the product must withstand, and no more than fits into a few minutes.
    private static readonly string[] Brief =
        ["kill-mobilenetv2", "freeze-mobilenetv2", "garbage", "stop-ensemble", "stop-preprocessing", "overload-10", "slow-uploads", "crafted", "full-disk"];

    /// <summary>By their names on the command line; an instance is for one run.</summary>
    public static IReadOnlyList<Fault> All() =>
    [
        .. SignalFault.All(TimeProvider.System),
        new GarbageFault(),
        new OverloadFault(3, leastGoodput: 0.9, TimeProvider.System),
        new OverloadFault(10, leastGoodput: 0.8, TimeProvider.System),
        new SlowUploadsFault(),
        new LargeUploadsFault(),
        new CraftedFault(),
        new HostileSpansFault(),
        new FullDiskFault(),
    ];

    /// <summary>Those of a short run.</summary>
    public static IReadOnlyList<Fault> InShort() => [.. All().Where(fault => Brief.Contains(fault.Name))];

    /// <summary>0 when all of them cost no more than they may.</summary>
    public static Task<int> RunAsync(FaultOptions options, TextWriter output, CancellationToken cancellationToken) =>
        TableDrill.RunAsync(FaultTable.Place, options.Document, output, token => RunAllAsync(options, output, token), cancellationToken);

    private static async Task<(string Table, bool Holds)> RunAllAsync(FaultOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var before = LoadAverage();
        var results = new List<FaultResult>();
        var faults = options.Only.Count > 0 ? [.. All().Where(fault => options.Only.Contains(fault.Name))] : options.IsShort ? InShort() : All();
        string limit;

        await using (var system = await FaultSystem.StartAsync(options.Scale, Path.Combine(Checkout.Find().Root, "logs", "faults"), cancellationToken))
        {
            limit = system.Limit is null ? "memory is measured, no limit could be made" : "the edge in a control group of 512 MiB";
            await output.WriteLineAsync($"{faults.Count} drills; {limit}");

            foreach (var fault in faults)
            {
                results.Add(await FaultRun.RunAsync(fault, system, options.Scale, output, clock, cancellationToken));
            }
        }

        var table = FaultTable.Write(results, string.Create(
            CultureInfo.InvariantCulture,
            $"{clock.GetLocalNow():yyyy-MM-dd}, {options.Scale.Rate} photographs a second, {limit}, load average of the machine {before} at the start and {LoadAverage()} at the end, {Environment.ProcessorCount} cores ({RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}):"));
        return (table, results.All(result => result.Holds));
    }

    /// <summary>Of the last minute: what else the machine had to do tells a slow system from a starved one.</summary>
    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}

/// <summary>What the command line asks for.</summary>
/// <param name="Only">Names of faults; none means all.</param>
/// <param name="IsShort">The most important ones only.</param>
/// <param name="Scale">How long and how much.</param>
/// <param name="Document">The document the table is written into; null writes none.</param>
internal sealed record FaultOptions(IReadOnlyList<string> Only, bool IsShort, FaultScale Scale, string? Document);
