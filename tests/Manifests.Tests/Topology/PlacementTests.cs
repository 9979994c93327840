using InferenceTracing.Topology;

namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>The compose files and k8s/base place the parts that the topology names, where it says, and tell each of those it calls.</summary>
public sealed class PlacementTests
{
    private const string OwnPort = "ASPNETCORE_HTTP_PORTS";

    /// <summary>Of the edge's address of the cluster only its operator knows the rest.</summary>
    private const string OfTheOperator = "${CLUSTER_URL}";

    private static readonly IReadOnlyList<Part> Deployed = [.. SystemParts.All.Where(part => part.Name != SystemParts.TraceStore)];

    public static TheoryData<string> Parts => [.. Deployed.Select(part => part.Name)];

    public static TheoryData<string> PartsOfTheCluster => [.. Deployed.Where(part => part.Environment == "cluster").Select(part => part.Name)];

    [Fact]
    public void Laptop_Services_AreTheParts() => Assert.Equal(
        Deployed.Select(part => part.Name).Order(),
        // What runs once, to set something up, is no part.
        ComposeParts.Laptop.Where(service => service.Value.IsOurs && !service.Key.EndsWith("setup", StringComparison.Ordinal)).Select(service => service.Key).Order());

    [Fact]
    public void Base_Deployments_AreThePartsOfTheCluster() => Assert.Equal(PartsOfTheCluster.Select(row => row.Data).Order(), BaseParts.All.Keys.Order());

    [Theory]
    [MemberData(nameof(Parts))]
    public void Laptop_Part_ListensOnItsPort(string name)
    {
        var (part, placed) = (Find(name), ComposeParts.Laptop[name]);
        List<int> open = [part.PortInContainers, .. Tls(part, placed)];

        Assert.True(placed.Runs(part.Project), placed.Image);
        Assert.Equal($"{part.PortInContainers}", placed.Variables.GetValueOrDefault(OwnPort) ?? ServiceSource.Of(part).Variables[OwnPort]);
        Assert.Subset(open.ToHashSet(), placed.Ports.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Laptop_Part_IsToldOfWhomItCallsAndOfNobodyElse(string name)
    {
        var part = Find(name);

        Assert.Equal(part.Calls.Select(call => (call.Setting, InContainers(call))).Order(), ComposeParts.Laptop[name].Addresses);
    }

    [Fact]
    public void Laptop_Addresses_AreOfItsServices() => Assert.All(
        Deployed.SelectMany(part => part.Calls).Select(call => new Uri(InContainers(call))).Where(address => !address.IsLoopback),
        address => Assert.Contains(address.Host, ComposeParts.Laptop.Keys));

    [Fact]
    public void Edge_Preprocessing_IsToldOfWhomItCalls()
    {
        var (part, placed) = (Find(SystemParts.Preprocessing), ComposeParts.Edge[SystemParts.Preprocessing]);

        Assert.All(part.Calls, call =>
        {
            var address = placed.Variables[call.Setting];
            Assert.True(address == InContainers(call) || address.Contains(OfTheOperator, StringComparison.Ordinal), address);
            Assert.Contains(call.Path, address, StringComparison.Ordinal);
        });
        Assert.Equal([part.Port], placed.Ports.Distinct());
    }

    [Theory]
    [MemberData(nameof(PartsOfTheCluster))]
    public void Base_Part_ListensOnItsPort(string name)
    {
        var (part, placed) = (Find(name), BaseParts.All[name]);

        Assert.True(placed.Runs(part.Project), placed.Image);
        Assert.Equal(part.Environment, placed.Variables["Deployment__Environment"]);
        Assert.Equal($"{part.PortInContainers}", placed.Variables[OwnPort]);
        Assert.Equal([part.PortInContainers], placed.Ports.Distinct());
    }

    /// <summary>Where traces go is a component's business.</summary>
    [Theory]
    [MemberData(nameof(PartsOfTheCluster))]
    public void Base_Part_IsToldOfThePartsItCallsAndOfNobodyElse(string name)
    {
        var calls = Find(name).Calls.Where(call => BaseParts.All.ContainsKey(call.Listener));

        Assert.Equal(calls.Select(call => (call.Setting, $"http://{call.Listener}:{Find(call.Listener).PortInContainers}{call.Path}")).Order(), BaseParts.All[name].Addresses);
    }

    private static Part Find(string name) => SystemParts.All.Single(part => part.Name == name);

    private static string InContainers(Call call)
    {
        var listener = SystemParts.All.SelectMany(part => part.Listeners).Single(each => each.Name == call.Listener);
        return (call.InContainers ?? listener.InContainers ?? $"http://{listener.Name}:{listener.Port}") + call.Path;
    }

    /// <summary>The port by which containers reach it over TLS, which it must then listen on.</summary>
    private static IEnumerable<int> Tls(Part part, PlacedPart placed)
    {
        foreach (var port in part.Listeners.Where(listener => listener.InContainers is not null).Select(listener => new Uri(listener.InContainers!))
            .Where(address => address.Scheme == "https").Select(address => address.Port))
        {
            Assert.Equal($"{port}", placed.Variables["ASPNETCORE_HTTPS_PORTS"]);
            yield return port;
        }
    }
}
