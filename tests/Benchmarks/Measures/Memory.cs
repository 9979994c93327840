using System.Diagnostics;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the system holds, and whether it goes on holding more.</summary>
internal sealed class Memory : IBenchmark
{
    // What a load of minutes may still add.
    private const double FlatShare = 0.10;

    // A pool that takes one more array once in minutes is nothing that requests do: each of them would leave an image's 150 KB.
    private const double LargeBytesOfARequest = 1024;

    // A bound of the trace store that is reached before the first look: it is to show what it does when it is full.
    private const string StoredBytes = "33554432";

    private const int Looks = 5;

    public string Name => "memory";

    public string Question => "Each process's resident size after the start and under load (flat), what the services allocate for a request (none of it on the large-object heap), and the time from the start until all are ready.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        // A system of its own: one that has served other benchmarks has been warmed by them.
        var start = Stopwatch.GetTimestamp();
        using var allocations = new AllocationLog();
        var system = await bench.SystemAsync(
            "memory", traced: true, new Dictionary<string, string>(allocations.Settings) { ["Store__Durability"] = "Memory", ["Store__MaxBytes"] = StoredBytes }, cancellationToken, warm: false);
        var ready = Stopwatch.GetElapsedTime(start);
        var sizes = system.Fleet.Processes.ToDictionary(process => process.Spec.Name, process => new List<double> { ResidentSize.OfProcess(process.Id) });
        var clients = 2 * Environment.ProcessorCount;
        var perRequest = new Allocations(new Dictionary<string, HeapUse>());

        for (var look = 0; look < Looks; look++)
        {
            var before = allocations.Read(system.Fleet);
            var measured = await system.ClosedAsync(clients, bench.Effort.Endurance / Looks, bench.Photos, cancellationToken);
            perRequest = allocations.Read(system.Fleet).Since(before, measured.Answered);

            await Console.Error.WriteLineAsync($"   look {look + 1} of {Looks}");

            foreach (var process in system.Fleet.Processes)
            {
                sizes[process.Spec.Name].Add(ResidentSize.OfProcess(process.Id));
            }
        }

        // From the first look under load to the last one.
        var growth = sizes.ToDictionary(size => size.Key, size => (size.Value[^1] / size.Value[1]) - 1);
        var most = growth.MaxBy(size => size.Value);

        return new Findings(
            FormattableString.Invariant($"All are ready after {ready.TotalSeconds:0.0} s; under {bench.Effort.Endurance.TotalMinutes:0} minutes of load {most.Key} grows most, by {most.Value * 100:0.0} %; a request leaves {perRequest.Bytes / 1024:0} KiB on the services' heaps, {perRequest.LargeBytes / 1024:0.0} KiB of it on large-object heaps."),
            most.Value <= FlatShare && perRequest.LargeBytes < LargeBytesOfARequest,
            [
                new FigureTable(
                    ["MiB", "after the start", .. Enumerable.Range(1, Looks).Select(look => FormattableString.Invariant($"{bench.Effort.Endurance.TotalMinutes / Looks * look:0.#} min")), "growth"],
                    [.. sizes.Select(size => (string[])[size.Key, .. size.Value.Select(value => new Spread([value]).Text("0")), new Spread([growth[size.Key]]).Percent()])]),
                new FigureTable(
                    ["a request allocates, KiB", "on the heap", "of it large objects", "which"],
                    [.. perRequest.Services.Select(service => (string[])[service.Key, new Spread([service.Value.Bytes / 1024]).Text("0.0"), new Spread([service.Value.LargeBytes / 1024]).Text("0.0"), Names(service.Value)])]),
            ]);
    }

    private static string Names(HeapUse use) => string.Join(", ", use.Large.Where(type => type.Value > 0).OrderByDescending(type => type.Value).Select(type => type.Key));
}
