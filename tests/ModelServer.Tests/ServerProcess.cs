using System.Diagnostics;

namespace InferenceTracing.ModelServer.Tests;

/// <summary>The server as one starts it: a process.</summary>
internal static class ServerProcess
{
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };

        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "ModelServer.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, error.TrimEnd());
    }
}
