using System.Text.Json;

namespace InferenceTracing.Containers.Tests.Compose;

/// <summary>What can be said of the compose files without starting anything, third-party images included.</summary>
public sealed class ComposeFileTests
{
    public static TheoryData<string, string?> All => ComposeFile.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Config_EveryFileAndProfile_Passes(string file, string? profile)
    {
        var config = await ComposeFile.ConfigAsync(file, profile, ComposeFile.EdgeSettings);

        Assert.True(config.ExitCode == 0, config.Errors);
        Assert.Equal("", config.Errors);
    }

    [Fact]
    public async Task Config_StandInsLaidOver_Passes()
    {
        var config = await ComposeFile.ConfigAsync("laptop.yaml", null, [], "-f", CheckoutFiles.At("tests", "containers", "stand-in.yaml"));

        Assert.True(config.ExitCode == 0, config.Errors);
    }

    [Theory]
    [InlineData(null, new[] { "gateway", "ensemble", "efficientnetb0", "mobilenetv2", "collector", "preprocessing", "edge-collector" }, new[] { "jaeger", "elasticsearch" })]
    [InlineData("memory", new[] { "jaeger", "collector", "gateway" }, new[] { "elasticsearch", "jaeger-query" })]
    [InlineData("elasticsearch", new[] { "elasticsearch", "jaeger-collector", "jaeger-query" }, new[] { "jaeger" })]
    public async Task Config_Profile_ChoosesTheStorage(string? profile, string[] present, string[] absent)
    {
        var services = (await ComposeFile.ServicesAsync("laptop.yaml", profile)).Select(service => service.Name).ToList();

        Assert.Subset(services.ToHashSet(), present.ToHashSet());
        Assert.DoesNotContain(services, absent.Contains);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Service_Every_IsContained(string file, string? profile)
    {
        foreach (var service in await ComposeFile.ServicesAsync(file, profile))
        {
            var settings = service.Value;
            var user = settings.GetProperty("user").GetString()!.Split(':')[0];
            Assert.True(int.TryParse(user, out var uid) && uid > 0, $"{service.Name} runs as '{user}'");
            Assert.True(settings.GetProperty("read_only").GetBoolean(), $"{service.Name} can write its root");
            Assert.Equal(["ALL"], Strings(settings, "cap_drop"));
            Assert.Equal(["no-new-privileges:true"], Strings(settings, "security_opt"));
            Assert.False(settings.TryGetProperty("privileged", out _), service.Name);
            Assert.False(settings.TryGetProperty("cap_add", out _), service.Name);
            Assert.NotEqual("host", settings.TryGetProperty("network_mode", out var network) ? network.GetString() : null);

            var limits = settings.GetProperty("deploy").GetProperty("resources").GetProperty("limits");
            Assert.All(["cpus", "memory", "pids"], limit => Assert.True(limits.TryGetProperty(limit, out _), $"{service.Name} has no limit of {limit}"));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Service_Every_PublishesOnLoopbackOnly(string file, string? profile)
    {
        var ports = (await ComposeFile.ServicesAsync(file, profile))
            .SelectMany(service => service.Value.TryGetProperty("ports", out var list) ? list.EnumerateArray() : []);

        Assert.All(ports, port => Assert.Equal("127.0.0.1", port.GetProperty("host_ip").GetString()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Service_Every_IsPinnedAndComesBack(string file, string? profile)
    {
        foreach (var service in await ComposeFile.ServicesAsync(file, profile))
        {
            Assert.Matches(@":\d+\.\d+\.\d+$", service.Value.GetProperty("image").GetString());
            var oneShot = service.Name.EndsWith("setup", StringComparison.Ordinal);
            Assert.Equal(oneShot ? "no" : "unless-stopped", service.Value.GetProperty("restart").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Mounts_OfFiles_ExistInTheCheckout(string file, string? profile)
    {
        // Docker makes a folder of a file that is missing, and the program says something else entirely.
        var sources = (await ComposeFile.ServicesAsync(file, profile))
            .SelectMany(service => service.Value.TryGetProperty("volumes", out var list) ? list.EnumerateArray() : [])
            .Where(mount => mount.GetProperty("type").GetString() == "bind")
            .Select(mount => mount.GetProperty("source").GetString());

        Assert.All(sources, source => Assert.True(File.Exists(source), source));
    }

    [Theory]
    [InlineData("CLUSTER_URL")]
    [InlineData("CLUSTER_KEY")]
    [InlineData("CLUSTER_CA")]
    public async Task Edge_SettingMissing_StopsWithOneSentence(string name)
    {
        var settings = ComposeFile.EdgeSettings;
        settings[name] = "";

        var config = await ComposeFile.ConfigAsync("edge.yaml", null, settings);

        Assert.NotEqual(0, config.ExitCode);
        Assert.Single(config.Errors.Split('\n'));
        Assert.Contains($"{name} is missing a value: set it in compose/.env", config.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Laptop_BesideAnEdgesEnv_StaysOnTheLaptop()
    {
        var config = await ComposeFile.ConfigAsync("laptop.yaml", "memory", ComposeFile.EdgeSettings);

        Assert.All(ComposeFile.EdgeSettings.Values, value => Assert.DoesNotContain(value!, config.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Laptop_BesideAnEnvNotFilledIn_Passes()
    {
        // Of two files of variables the later wins.
        var config = await ComposeFile.ConfigAsync("laptop.yaml", "memory", [], "--env-file", CheckoutFiles.At("compose", ".env.example"));

        Assert.True(config.ExitCode == 0, config.Errors);
        Assert.DoesNotContain("change-me", config.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("ensemble")]
    [InlineData("efficientnetb0")]
    [InlineData("mobilenetv2")]
    public async Task Down_PartOfTheCluster_StopsBeforeTheCollector(string name)
    {
        var service = (await ComposeFile.ServicesAsync("laptop.yaml", "memory")).Single(service => service.Name == name).Value;

        Assert.Equal("service_started", service.GetProperty("depends_on").GetProperty("collector").GetProperty("condition").GetString());
    }

    [Fact]
    public async Task EnvExample_NamesEverythingTheEdgeNeeds()
    {
        var example = await File.ReadAllLinesAsync(CheckoutFiles.At("compose", ".env.example"), TestContext.Current.CancellationToken);

        Assert.All(ComposeFile.EdgeSettings.Keys, name => Assert.Contains(example, line => line.StartsWith($"{name}=", StringComparison.Ordinal)));
    }

    private static List<string?> Strings(JsonElement settings, string name) => [.. settings.GetProperty(name).EnumerateArray().Select(item => item.GetString())];
}
