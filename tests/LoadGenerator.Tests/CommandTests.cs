using System.Text;
using InferenceTracing.Runner;
using InferenceTracing.TestBed;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>The command as a process, in environments that are not the developer's.</summary>
public sealed class CommandTests : IDisposable
{
    private static readonly string Program = Checkout.Find().Executable("LoadGenerator");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-load");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("de_DE.ISO-8859-1")]
    [InlineData("C")]
    public async Task Run_LocaleIsNotUtf8_WritesAscii(string locale)
    {
        var run = await RunAsync(variables: [("LC_ALL", locale)]);

        Assert.Equal(0, run.ExitCode);
        Assert.True(Ascii.IsValid(run.Output));
        Assert.DoesNotContain("?", run.Output, StringComparison.Ordinal);
        Assert.Contains("+ errors<1%", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProxyOfTheEnvironmentIsDown_ReachesTheEdge()
    {
        var run = await RunAsync(variables: [("http_proxy", "http://127.0.0.1:9"), ("all_proxy", "http://127.0.0.1:9")]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public async Task Run_NarrowTerminal_HasEveryPercentileInItsLine(int columns)
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await CommandRun.OnTerminalAsync(columns, Program, Arguments(edge, "none"));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(
            run.Output.Split('\n'),
            line => ((string[])["min", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"]).All(name => line.Contains(name, StringComparison.Ordinal)));
    }

    /// <summary>The disk fills up during the run: what was measured is said, and decides about the exit code.</summary>
    [Fact]
    public async Task Run_ReportCannotBeWritten_IsOneLineAndTheRequirementsHold()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "report.json"), "/dev/full");

        var run = await RunAsync(_folder.FullName);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--report", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("errors<1%", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The report says how to run it again, and is passed on to others.</summary>
    [Fact]
    public async Task Run_WithSecretsOnItsCommandLine_TheReportHasTheCommandWithoutThem()
    {
        await using var edge = await StubEdge.StartAsync();
        string[] secrets = ["--header", "x-api-key:open-sesame", "--header", "x-site:north", "--jaeger", "http://viewer:open-sesame@127.0.0.1:1", "--require", "p95<10s"];

        var run = await CommandRun.OfAsync(Program, [.. Arguments(edge, _folder.FullName), .. secrets]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var report = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json"), TestContext.Current.CancellationToken);
        var command = System.Text.Json.JsonDocument.Parse(report).RootElement.GetProperty("commandLine").GetString()!;
        Assert.StartsWith("loadgen --url http://127.0.0.1:", command, StringComparison.Ordinal);
        Assert.EndsWith("--header x-api-key:… --header x-site:… --jaeger http://…@127.0.0.1:1 --require \"p95<10s\"", command, StringComparison.Ordinal);

        foreach (var file in _folder.GetFiles())
        {
            Assert.DoesNotContain("open-sesame", await File.ReadAllTextAsync(file.FullName, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    private static async Task<CommandRun> RunAsync(string report = "none", params (string Name, string Value)[] variables)
    {
        await using var edge = await StubEdge.StartAsync();
        return await CommandRun.OfAsync(Program, Arguments(edge, report), variables: variables);
    }

    private static string[] Arguments(StubEdge edge, string report) =>
        ["--url", edge.Url, "--clients", "1", "--requests", "3", "--warm-up", "0s", "--check-traces", "0", "--report", report, "--require", "errors<1%"];
}
