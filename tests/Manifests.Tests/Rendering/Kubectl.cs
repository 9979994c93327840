using System.Diagnostics;
using System.Text.Json.Nodes;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>
/// A kubectl that is there already: on the path, or where get-kubectl.sh puts one. 1.27 is the first whose kustomize is version 5.
/// </summary>
internal sealed class Kubectl
{
    private const int OldestMinor = 27;

    private readonly string _file;

    private Kubectl(string file) => _file = file;

    public static async Task<Kubectl?> FindAsync()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append(Locations.Tools);

        foreach (var file in folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, "kubectl"))
            .Where(File.Exists))
        {
            if (await MinorVersionAsync(file) >= OldestMinor)
            {
                return new Kubectl(file);
            }
        }

        return null;
    }

    /// <exception cref="InvalidOperationException">The folder does not render; the message is kustomize's own.</exception>
    public async Task<string> KustomizeAsync(string folder)
    {
        var (exitCode, output, error) = await RunAsync(_file, "kustomize", folder);
        return exitCode == 0 ? output : throw new InvalidOperationException($"kubectl kustomize {folder}: {error.Trim()}");
    }

    private static async Task<int> MinorVersionAsync(string file)
    {
        var (exitCode, output, _) = await RunAsync(file, "version", "--client", "--output", "json");
        var minor = exitCode == 0 ? JsonNode.Parse(output).Text("clientVersion", "minor") : null;
        return int.TryParse(minor?.TrimEnd('+'), out var number) ? number : 0;
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true,
            RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
