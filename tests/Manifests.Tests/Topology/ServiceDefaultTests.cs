using InferenceTracing.Topology;

namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>
/// Started by itself, a service has the name and port that the topology gives it, and looks for the others where they then are. The services do
/// not know the topology, so what they say is held against it here.
/// </summary>
public sealed class ServiceDefaultTests
{
    public static TheoryData<string> Parts => [.. SystemParts.All.Select(part => part.Name)];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Program_OfAPart_NamesItAndItsPort(string name)
    {
        var (part, source) = (Find(name), ServiceSource.Of(Find(name)));

        if (part.Project == "ModelServer")
        {
            // The name follows from the model; the port is that of the first, and of each in its own container.
            var first = SystemParts.All.First(each => each.Project == part.Project);
            Assert.Contains($"\"modelserver\", Port: {first.Port}, Environment: \"{part.Environment}\"", source.Read("ModelOptions.cs"), StringComparison.Ordinal);
            return;
        }

        Assert.Contains(
            $"new ServiceIdentity(\"{name}\", Port: {part.Port}, Environment: \"{part.Environment}\"", source.Read("Program.cs"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Settings_OfAPart_NameWhereItListensAndWhomItCalls(string name)
    {
        var (part, source) = (Find(name), ServiceSource.Of(Find(name)));
        var listeners = SystemParts.All.SelectMany(each => each.Listeners).ToDictionary(listener => listener.Name);

        Assert.All(part.Listeners.Where(listener => listener.Setting is not null), listener => Assert.Equal(
            $"http://127.0.0.1:{listener.Port}", source.Setting(listener.Setting!)));
        // Without a setting no spans are sent, and nobody votes.
        Assert.All(part.Calls.Where(call => !call.Setting.StartsWith("OTEL_", StringComparison.Ordinal) && !SystemParts.Members.Contains(call.Listener)), call => Assert.Equal(
            $"http://127.0.0.1:{listeners[call.Listener].Port}{call.Path}", source.Setting(call.Setting)));
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Image_OfAPart_OpensItsPorts(string name)
    {
        var (part, source) = (Find(name), ServiceSource.Of(Find(name)));
        // One image for all members.
        var image = SystemParts.All.First(each => each.Project == part.Project);

        Assert.Equal(image.Listeners.Select(listener => listener.Port), source.Exposed);
        Assert.All(image.Listeners, listener => Assert.Equal(
            listener.Setting is null ? $"{listener.Port}" : $"http://0.0.0.0:{listener.Port}",
            source.Variables[listener.Setting ?? "ASPNETCORE_HTTP_PORTS"]));
    }

    private static Part Find(string name) => SystemParts.All.Single(part => part.Name == name);
}
