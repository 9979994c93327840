using System.Diagnostics;
using InferenceTracing.Runner;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>The command as a process, stopped as a reader stops it.</summary>
public sealed class InterruptTests
{
    [Fact]
    public async Task CtrlC_InTheMiddle_EndsWithTheReportOfWhatWasMeasured()
    {
        var measured = new TaskCompletionSource();
        await using var edge = await StubEdge.StartAsync(async (number, context) =>
        {
            if (number == 30)
            {
                measured.SetResult();
            }

            await context.Response.WriteAsync("{}");
        });
        var start = new ProcessStartInfo(
            Checkout.Find().Executable("LoadGenerator"),
            ["--url", edge.Url, "--rate", "50", "--duration", "10m", "--warm-up", "0s", "--report", "none", "--check-traces", "0", "--require", "errors<1%"])
        {
            RedirectStandardOutput = true,
        };

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await measured.Task;
        using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("(stopped before its end)", await output, StringComparison.Ordinal);
        Assert.Contains("✔ errors<1%", await output, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
    }
}
