using System.Globalization;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Drills;

/// <summary>Sends signals to processes of a fleet.</summary>
internal static class FleetSignal
{
    /// <summary>Sends <paramref name="signal"/> (<c>KILL</c>, <c>TERM</c>, <c>STOP</c>, <c>CONT</c>); a process that it ends is waited for.</summary>
    /// <exception cref="DrillException">It cannot be sent.</exception>
    public static async Task SendAsync(this ServiceFleet fleet, string name, string signal, CancellationToken cancellationToken)
    {
        var process = fleet.Processes.Single(process => process.Spec.Name == name);
        var sent = await ProgramRun.OfAsync("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)], cancellationToken: cancellationToken);

        if (sent.ExitCode != 0)
        {
            throw new DrillException($"{name} cannot be sent {signal}: {sent.Errors}");
        }

        if (signal is "KILL" or "TERM")
        {
            await process.WaitForExitAsync(cancellationToken);
        }
    }
}
