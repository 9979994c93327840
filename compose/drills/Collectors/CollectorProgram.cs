using InferenceTracing.Runner;

namespace InferenceTracing.Drills.Collectors;

/// <summary>The real OpenTelemetry Collector, as a program of this machine.</summary>
internal static class CollectorProgram
{
    private const string Variable = "OTELCOL";

    /// <summary>The one that was named (<c>--collector</c>, else <c>OTELCOL</c>), else the one packed beside the checkout.</summary>
    /// <param name="named">What the command line names.</param>
    /// <param name="checkout">Beside it the packed one may lie.</param>
    /// <param name="folder">Where that one is unpacked.</param>
    /// <param name="cancellationToken">Ends the unpacking.</param>
    /// <exception cref="DrillException">There is none.</exception>
    public static async Task<string> FindAsync(string? named, Checkout checkout, string folder, CancellationToken cancellationToken)
    {
        if ((named ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } path)
        {
            return File.Exists(path) ? Path.GetFullPath(path) : throw new DrillException($"there is no collector at {path}.");
        }

        var packed = Path.GetFullPath(Path.Combine(checkout.Root, "..", "shared", "engines", "otelcol-contrib.xz"));

        if (!File.Exists(packed))
        {
            throw new DrillException($"an OpenTelemetry Collector contrib 0.159 is needed as a program: name one with --collector, or with {Variable} in the environment.");
        }

        var program = Path.Combine(folder, "otelcol-contrib");
        var unpacked = await ProgramRun.OfAsync("sh", ["-c", "xz -dc \"$0\" > \"$1\" && chmod +x \"$1\"", packed, program], cancellationToken: cancellationToken);
        return unpacked.ExitCode == 0 ? program : throw new DrillException($"{packed} cannot be unpacked: {unpacked.Errors}");
    }

    /// <summary>As it says itself: <c>0.159.0</c>.</summary>
    public static async Task<string> VersionAsync(string program, CancellationToken cancellationToken)
    {
        var said = await ProgramRun.OfAsync(program, ["--version"], cancellationToken: cancellationToken);
        return said.Output.Split(' ')[^1];
    }
}
