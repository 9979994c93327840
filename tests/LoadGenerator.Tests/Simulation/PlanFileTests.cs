using InferenceTracing.LoadGenerator.Commands;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.Runner;
using Spectre.Console;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

public sealed class PlanFileTests : IDisposable
{
    private const string Good =
        """
        {
          "name": "one", "duration": "60s",
          "units": {
            "edge": { "rest": 1, "decode": { "samples": [2, 4] } }, "gateway": 1, "ensemble": { "mean": 1, "cv": 0.2 },
            "members": { "net": { "rest": 1, "image": { "mean": 5, "of": "exponential" }, "batches": { "8": 0.9 } } },
            "collectorSpan": 0.01, "storeSpan": 0.01, "requestBytes": 150000, "spans": 17, "edgeSpans": 5, "spanBytes": 260, "storedSpanBytes": 220
          },
          "edges": [{ "name": "shops", "count": 2, "perMinute": 30 }],
          "cluster": { "members": { "net": {} } }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-plan");

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(PlanFolder, "*.json").Select(file => Path.GetFileName(file)).Where(file => !file.StartsWith("units", StringComparison.Ordinal))];

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "\"duration\": \"60s\"", "\"duration\": \"soon\"", "'soon' is no duration" },
        { "\"duration\": \"60s\"", "\"duration\": 60", "a duration is a text" },
        { "\"duration\": \"60s\"", "\"duration\": \"60s\", \"warmUp\": \"2m\"", "longer than the warm-up" },
        { "\"perMinute\"", "\"perMinuet\"", "perMinuet" },
        { "\"count\": 2", "\"count\": 0", "count is from 1" },
        { "\"count\": 2", "\"count\": 2, \"mode\": \"cloudy\"", "mode" },
        { "\"count\": 2", "\"count\": 2, \"hours\": [1, 2]", "24 numbers" },
        { "\"count\": 2", "\"count\": 2, \"kept\": 3", "shares" },
        { "\"gateway\": 1", "\"gateway\": -1", "milliseconds" },
        { "{ \"samples\": [2, 4] }", "{ \"samples\": [] }", "a time is" },
        { "\"net\": {}", "\"nut\": {}", "must be those of the unit costs: net" },
        { "\"net\": {}", "\"net\": { \"autoscaler\": { \"min\": 3, \"max\": 9 } }", "between min and max" },
        { "\"units\": {", "\"costs\": \"nowhere.json\", \"units\": {", "either costs" },
        { "\"cluster\":", "\"outages\": [{ \"at\": \"1s\", \"for\": \"1s\", \"edges\": \"ships\" }], \"cluster\":", "shops" },
        { "\"cluster\":", "\"sharedCores\": 2, \"method\": \"rates\", \"cluster\":", "sharedCores" },
        { "\"cluster\":", "\"speed\": 2, \"cluster\":", "goes with sharedCores" },
        { "\"cluster\":", "\"sharedCores\": 2, \"speed\": 0, \"cluster\":", "above 0" },
        { "{ \"name\": \"shops\"", "null, { \"name\": \"shops\"", "a null in a list" },
    };

    private static string PlanFolder => Path.Combine(Checkout.Find().Root, "loadgen", "plans");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_WhatCannotBeMeant_IsOneLineThatNamesIt(string good, string wrong, string said)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);

        var refusal = Assert.Throws<UsageException>(() => PlanFile.Read(Written(Good.Replace(good, wrong, StringComparison.Ordinal))));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void Read_Good_HasItsTimesInSeconds()
    {
        var plan = PlanFile.Read(Written(Good));

        Assert.Equal((0.003, 0.005), (plan.Units!.Edge.Decode.Mean, plan.Units.Members["net"].Image.Mean));
        Assert.Equal(1 - (0.1 * 3 / 7), plan.Units.Members["net"].Share(4), 1e-9);
    }

    [Fact]
    public void Read_NoSuchFile_IsRefused() => Assert.Throws<UsageException>(() => PlanFile.Read(Path.Combine(_folder.FullName, "none.json")));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Read_ShippedPlan_CanBeMeant(string file) => Assert.NotNull(PlanFile.Read(Path.Combine(PlanFolder, file)).Units);

    [Fact]
    public void Run_Command_FitsInto80ColumnsAndWritesItsReport()
    {
        var (text, report) = (new StringWriter(), Path.Combine(_folder.FullName, "report.json"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;

        var code = SimulateCommand.Run(new SimulateCall([Written(Good)], [], report), console, TimeProvider.System);

        Assert.Equal(0, code);
        Assert.All(text.ToString().Split('\n').Where(line => !line.StartsWith("Report:", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
        Assert.Contains("\"goodputPerSecond\"", File.ReadAllText(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SeveralModes_AreRowsOfOneTable()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });

        SimulateCommand.Run(new SimulateCall([Written(Good)], [EdgeMode.Cloud, EdgeMode.Edge]), console, TimeProvider.System);

        var rows = text.ToString().Split('\n').Where(line => line.StartsWith("| one |", StringComparison.Ordinal)).ToList();
        Assert.Equal(["cloud", "edge", "cloud", "edge", "cloud", "edge"], rows.Select(row => row.Split(" | ")[1]));
    }

    private string Written(string json)
    {
        var path = Path.Combine(_folder.FullName, "plan.json");
        File.WriteAllText(path, json);
        return path;
    }
}
