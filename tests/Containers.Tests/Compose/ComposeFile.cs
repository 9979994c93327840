using System.Text.Json;
using InferenceTracing.Drills;

namespace InferenceTracing.Containers.Tests.Compose;

/// <summary>A compose file as Compose itself reads it.</summary>
internal static class ComposeFile
{
    /// <summary>A complete <c>.env</c>, as variables.</summary>
    public static Dictionary<string, string?> EdgeSettings => new()
    {
        ["CLUSTER_URL"] = "https://gateway.example:8443",
        ["CLUSTER_KEY"] = "a-key-of-more-than-sixteen-characters",
        ["CLUSTER_CA"] = "/etc/ssl/certs/ca-certificates.crt",
    };

    /// <summary>Every file with every profile: what an operator can start.</summary>
    public static TheoryData<string, string?> All => new()
    {
        { "edge.yaml", null },
        { "laptop.yaml", null },
        { "laptop.yaml", "memory" },
        { "laptop.yaml", "elasticsearch" },
    };

    public static async Task<ProgramRun> ConfigAsync(string file, string? profile, Dictionary<string, string?> variables, params string[] more)
    {
        await Docker.RequireComposeAsync();
        string[] profiles = profile is null ? [] : ["--profile", profile];
        // An .env of the machine's own must not decide what these tests find.
        return await Docker.RunAsync(
            ["compose", "--env-file", "/dev/null", "-f", CheckoutFiles.At("compose", file), .. more, .. profiles, "config", "--format", "json"], variables);
    }

    public static async Task<IReadOnlyList<JsonProperty>> ServicesAsync(string file, string? profile)
    {
        var config = await ConfigAsync(file, profile, EdgeSettings);
        Assert.True(config.ExitCode == 0, config.Errors);
        using var document = JsonDocument.Parse(config.Output);
        return [.. document.RootElement.GetProperty("services").Clone().EnumerateObject()];
    }
}
