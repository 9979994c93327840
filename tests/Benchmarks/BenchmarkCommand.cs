using System.CommandLine;
using InferenceTracing.Benchmarks.Measures;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Runner;
using InferenceTracing.Terminal;

namespace InferenceTracing.Benchmarks;

/// <summary><c>dotnet run -c Release --project tests/Benchmarks -- all</c>, or one of them alone.</summary>
internal static class BenchmarkCommand
{
    private const string All = "all";

    private static readonly IBenchmark[] Benchmarks =
    [
        new Bound(), new Chain(), new AddedLatency(), new TracingCost(), new ModelServerCost(), new Growth(), new Memory(), new CodecCost(), new StoreSpeed(), new Int8Gain(), new CascadeGain(), new UnitMeasure(), new SimulatedBesideReal(),
    ];

    public static Task<int> RunAsync(string[] args)
    {
        var which = new Argument<string>("benchmark") { Description = $"{All}, or one of {string.Join(", ", Benchmarks.Select(benchmark => benchmark.Name))}" };
        var seconds = new Option<int>("--seconds") { Description = "How long each side of a pair is measured, each time", DefaultValueFactory = _ => 4 }.Between(1, 3600);
        var pairs = new Option<int>("--pairs") { Description = "How often each pair is measured", DefaultValueFactory = _ => 8 }.Between(1, 1000);
        var minutes = new Option<int>("--minutes") { Description = "How long the memory benchmark loads the system", DefaultValueFactory = _ => 10 }.Between(1, 1440);
        var document = new Option<FileInfo?>("--write") { Description = "Markdown file whose sections are replaced (default: docs/performance.md for all; one alone is only printed)" };

        var json = new Option<FileInfo?>("--out") { Description = "units: JSON file for the unit costs that a simulation's plan names" };

        which.AcceptOnlyFromAmong([All, .. Benchmarks.Select(benchmark => benchmark.Name)]);
        var command = new RootCommand("Measures the system in pairs of runs that alternate on the same machine, ratios first.") { which, seconds, pairs, minutes, document, json };

        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(which)!,
            new Effort(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(pairs), TimeSpan.FromMinutes(parsed.GetValue(minutes))),
            parsed.GetValue(document) ?? (parsed.GetValue(which) == All ? new FileInfo(Path.Combine(Checkout.Find().Root, "docs", "performance.md")) : null),
            parsed.GetValue(json),
            cancellationToken));

        return CommandProgram.RunAsync(command, args);
    }

    private static async Task<int> RunAsync(string which, Effort effort, FileInfo? document, FileInfo? json, CancellationToken cancellationToken)
    {
        await using var bench = await Bench.PrepareAsync(effort, cancellationToken);

        foreach (var benchmark in Benchmarks.Where(benchmark => which is All || benchmark.Name == which))
        {
            await Console.Error.WriteLineAsync($"== {benchmark.Name}: {benchmark.Question}");
            var findings = await benchmark.RunAsync(bench, cancellationToken);
            var section = PerformanceSection.Write(benchmark, findings, bench, TimeProvider.System.GetUtcNow());
            Console.WriteLine(section);

            if (json is not null && findings.Json is { } text)
            {
                await File.WriteAllTextAsync(json.FullName, text + "\n", cancellationToken);
            }

            if (document is not null)
            {
                PerformanceDocument.Replace(document, benchmark.Name, section);
            }
        }

        return 0;
    }
}
