using InferenceTracing.LoadGenerator.Commands;
using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.Terminal;

namespace InferenceTracing.LoadGenerator.Tests.Engines;

/// <summary>A run of the command, in this process.</summary>
internal sealed record Session(int ExitCode, LoadReport? Report, string Output, string Error)
{
    public static async Task<Session> RunAsync(ScenarioSettings settings, string? folder = null, string? compare = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var session = new LoadSession(output, error, TimeProvider.System);
        var code = await CommandProgram.GuardAsync(() => session.RunAsync(new LoadCall(() => settings, folder, "own", compare, "loadgen"), CancellationToken.None), error);
        return new Session(code, session.Report, output.ToString(), error.ToString());
    }
}
