namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What keeps the edge's memory from following the number of its threads.</summary>
public sealed class MemoryTests(RunningSystem system)
{
    [Fact]
    public async Task Edge_PhotographsAtOnce_ShareAsManyHeapsOfMallocAsThereAreCores()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => system.Edge.PostAsync(Upload.Drawn)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));

        var edge = system.Fleet.Processes.Single(process => process.Spec.Name == "preprocessing");
        // Two at least: a process with threads has a second one, so that none to be seen would be a fault of the count.
        Assert.InRange(MallocHeaps(edge.Id), 2, Math.Max(2, Environment.ProcessorCount));
    }

    /// <summary>The main one, and those for which glibc reserves 64 MiB each, at a multiple of that, and opens as much of it as is used.</summary>
    private static int MallocHeaps(int process)
    {
        const long Reserved = 64 << 20;
        var maps = File.ReadLines($"/proc/{process}/maps").Select(Ends).ToList();

        return 1 + maps.Zip(maps.Skip(1)).Count(pair =>
            pair.First.Start % Reserved == 0 && pair.First.End == pair.Second.Start && pair.Second.End - pair.First.Start == Reserved);

        static (long Start, long End) Ends(string line)
        {
            var ends = line.Split(' ')[0].Split('-');

            // The kernel's own page is above what a signed number holds.
            return (unchecked((long)Convert.ToUInt64(ends[0], 16)), unchecked((long)Convert.ToUInt64(ends[1], 16)));
        }
    }
}
