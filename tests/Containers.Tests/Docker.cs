using InferenceTracing.Drills;

namespace InferenceTracing.Containers.Tests;

/// <summary>The command line of Docker, and whether there is one to speak of.</summary>
internal static class Docker
{
    private static readonly Lazy<Task<string?>> Compose = new(() => ProblemAsync("compose", "version"));
    private static readonly Lazy<Task<string?>> Engine = new(() => ProblemAsync("info"));

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Skips the test where Compose v2 is missing; fails it in CI.</summary>
    public static Task RequireComposeAsync() => RequireAsync("Docker Compose v2", Compose.Value);

    /// <summary>Skips the test where no engine answers; fails it in CI.</summary>
    public static async Task RequireEngineAsync()
    {
        await RequireComposeAsync();
        await RequireAsync("a Docker engine", Engine.Value);
    }

    public static async Task<bool> HasEngineAsync() => await Compose.Value is null && await Engine.Value is null;

    /// <summary>Runs <c>docker</c> with these arguments and variables.</summary>
    public static Task<ProgramRun> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? variables = null, CancellationToken cancellationToken = default) =>
        ProgramRun.OfAsync("docker", arguments, variables, cancellationToken);

    /// <summary>What it printed; the test fails where it fails.</summary>
    public static async Task<string> AskAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"docker {string.Join(' ', arguments)}: {result.Errors}");
        return result.Output;
    }

    private static async Task RequireAsync(string what, Task<string?> problem)
    {
        if (await problem is { } reason)
        {
            var line = $"{what} is needed: {reason}";
            Assert.SkipUnless(IsCi, line);
            Assert.Fail($"{line} (CI=true: no skipping)");
        }
    }

    private static async Task<string?> ProblemAsync(params string[] arguments)
    {
        try
        {
            var result = await RunAsync(arguments);
            return result.ExitCode == 0 ? null : result.Errors.Split('\n')[^1];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no docker command";
        }
    }
}
