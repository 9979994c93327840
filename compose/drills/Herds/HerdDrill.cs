using System.Globalization;
using System.Runtime.InteropServices;
using InferenceTracing.Drills.Outages;

namespace InferenceTracing.Drills.Herds;

/// <summary>A region comes back: many devices with answers to be judged find the cluster again in the same second.</summary>
internal static class HerdDrill
{
    private static readonly DocumentPlace Place = new("herd");

    /// <summary>0 when all that must hold does.</summary>
    public static Task<int> RunAsync(HerdOptions options, TextWriter output, CancellationToken cancellationToken) =>
        TableDrill.RunAsync(Place, options.Document, output, async stop =>
        {
            var clock = TimeProvider.System;
            var result = HerdResult.Of("herd", await new HerdRun(options, output, clock).RunAsync(stop));
            var table = OutageTable.Write([result], string.Create(
                CultureInfo.InvariantCulture,
                $"{clock.GetLocalNow():yyyy-MM-dd}, {options.Devices} devices, {options.Answers} answers each, link cut for {options.Outage.TotalSeconds:0} s, whether the cluster is there asked every {options.ProbeInterval.TotalSeconds:0} s by each, first judgements within {options.ReturnWithin.TotalSeconds:0} s, {options.Precision}, {Environment.ProcessorCount} cores for devices, edge and cluster together ({RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}):"));
            return (table, result.Holds);
        }, cancellationToken);
}
