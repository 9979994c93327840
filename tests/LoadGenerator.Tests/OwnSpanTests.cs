using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.EndToEnd.Tests;
using InferenceTracing.Runner;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>The command as a process that exports its own spans to the running system's store.</summary>
public sealed class OwnSpanTests(RunningSystem system) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-load");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_WithExporter_ItsSpanIsTheRootAndNamesTheEdge()
    {
        using var process = Process.Start(Command())!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Traces: 6 checked, 6 complete", output, StringComparison.Ordinal);

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json"), TestContext.Current.CancellationToken));
        var spans = await system.Traces.GetTraceAsync(report.RootElement.GetProperty("slowest")[0].GetProperty("traceId").GetString()!, TestContext.Current.CancellationToken);
        var root = Assert.Single(spans, span => span.ParentId is null);
        var edge = Assert.Single(spans, span => span.ParentId == root.Id);
        Assert.Equal(("loadgen", "POST /preprocessing", "client"), (root.Service, root.Name, root.Kind));
        Assert.Equal(("preprocessing", "edge-0001"), (edge.Service, edge.Tags["device.id"]));
        Assert.Equal("edge-0001", root.Tags["device.id"]);
        Assert.True(root.Tags.ContainsKey("loadgen.late_ms"));
    }

    private ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo(
            Checkout.Find().Executable("LoadGenerator"),
            [
                "--url", $"{system.Plan.Edge}", "--jaeger", $"{system.Plan.Traces}", "--clients", "1", "--requests", "6", "--edges", "1", "--warm-up", "0s",
                "--timeout", "30s", "--check-traces", "100%", "--require", "traces>=100%", "--report", _folder.FullName,
            ])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = system.Plan.Services.Single(service => service.Name == "tracestore").Settings["Kestrel__Endpoints__OtlpGrpc__Url"];
        return start;
    }
}
