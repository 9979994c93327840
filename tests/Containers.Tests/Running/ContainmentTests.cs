using System.Text.Json;

namespace InferenceTracing.Containers.Tests.Running;

/// <summary>What the engine says of the containers that run: not what the files ask for, but what is.</summary>
[Collection(ContainerSystemGroup.Name)]
public sealed class ContainmentTests(ContainerSystem system)
{
    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Services => [.. ContainerSystem.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Container_Running_HasNoPowers(string service)
    {
        var container = await InspectAsync(service);
        var host = container.GetProperty("HostConfig");
        var pid = container.GetProperty("State").GetProperty("Pid").GetInt32();
        var status = await File.ReadAllLinesAsync($"/proc/{pid}/status", TestContext.Current.CancellationToken);

        Assert.True(host.GetProperty("ReadonlyRootfs").GetBoolean());
        Assert.False(host.GetProperty("Privileged").GetBoolean());
        Assert.Contains("no-new-privileges:true", host.GetProperty("SecurityOpt").EnumerateArray().Select(option => option.GetString()));
        Assert.True(host.GetProperty("Memory").GetInt64() > 0 && host.GetProperty("NanoCpus").GetInt64() > 0 && host.GetProperty("PidsLimit").GetInt64() > 0);
        // The kernel's own word: real, effective, saved and file-system user; no capability, effective or to be had.
        Assert.Equal(["1654", "1654", "1654", "1654"], Value("Uid").Split('\t'));
        Assert.All(["CapEff", "CapPrm", "CapInh", "CapBnd"], set => Assert.Equal(0, Convert.ToInt64(Value(set), 16)));
        Assert.Equal("1", Value("NoNewPrivs"));

        string Value(string name) => status.Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Container_Started_IsHealthyWithinTenSeconds(string service)
    {
        await system.RequireAsync();
        await Docker.AskAsync("restart", "--time", "10", system.Container(service));
        var healthy = await HealthyAfterAsync(service);

        Assert.True(healthy < HealthLimit, $"{service} was healthy after {healthy.TotalSeconds:0.0} s");
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Image_OfEveryService_SaysWhatItIs(string service)
    {
        var labels = (await InspectAsync(service)).GetProperty("Config").GetProperty("Labels");

        Assert.All(
            ["title", "description", "version", "revision", "licenses", "base.name"],
            label => Assert.True(labels.TryGetProperty($"org.opencontainers.image.{label}", out _), label));
        Assert.NotEqual("", labels.GetProperty("org.opencontainers.image.title").GetString());
    }

    [Fact]
    public async Task Networks_OfEdgeAndCluster_AreJoinedByTheGatewayOnly()
    {
        await system.RequireAsync();
        var members = new Dictionary<string, List<string>>();

        foreach (var service in ContainerSystem.Services)
        {
            members[service] = [.. (await InspectAsync(service)).GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().Select(network => network.Name)];
        }

        Assert.Equal([system.Network("edge")], members["preprocessing"]);
        Assert.Equal([system.Network("cluster"), system.Network("edge")], members["gateway"].Order());
        Assert.All(ContainerSystem.Services.Except(["preprocessing", "gateway"]), service => Assert.Equal([system.Network("cluster")], members[service]));
    }

    [Fact]
    public async Task Ports_Published_AreOnLoopback()
    {
        foreach (var service in ContainerSystem.Services)
        {
            var bindings = (await InspectAsync(service)).GetProperty("NetworkSettings").GetProperty("Ports").EnumerateObject()
                .Where(port => port.Value.ValueKind == JsonValueKind.Array).SelectMany(port => port.Value.EnumerateArray());
            Assert.All(bindings, binding => Assert.Equal("127.0.0.1", binding.GetProperty("HostIp").GetString()));
        }
    }

    private async Task<TimeSpan> HealthyAfterAsync(string service)
    {
        var end = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(40);

        while (true)
        {
            var state = (await InspectAsync(service)).GetProperty("State");
            var health = state.GetProperty("Health");

            if (health.GetProperty("Status").GetString() == "healthy" || DateTimeOffset.UtcNow > end)
            {
                var first = health.GetProperty("Log").EnumerateArray().FirstOrDefault(probe => probe.GetProperty("ExitCode").GetInt32() == 0);
                return first.ValueKind == JsonValueKind.Undefined
                    ? TimeSpan.MaxValue
                    : first.GetProperty("End").GetDateTimeOffset() - state.GetProperty("StartedAt").GetDateTimeOffset();
            }

            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private async Task<JsonElement> InspectAsync(string service)
    {
        await system.RequireAsync();
        using var document = JsonDocument.Parse(await Docker.AskAsync("inspect", system.Container(service)));
        return document.RootElement[0].Clone();
    }
}
