using System.Diagnostics;

namespace InferenceTracing.SampleService;

/// <summary>Starts the service as a child that watches a pipe of this process, and stays: what a runner does, for a test to kill.</summary>
internal static class Launcher
{
    public static async Task<int> RunAsync()
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true })!;
        await child.WaitForExitAsync();
        return child.ExitCode;
    }
}
