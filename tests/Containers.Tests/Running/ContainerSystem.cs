using System.Globalization;
using System.Net;
using System.Net.Sockets;
using InferenceTracing.Drills;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.Containers.Tests.Running;

/// <summary>
/// compose/laptop.yaml with the stand-ins laid over it, started once: our services from our own images, TraceStore in the place of collector,
/// Jaeger and Elasticsearch. It is removed with its volumes at the end.
/// </summary>
public sealed class ContainerSystem : IAsyncLifetime
{
    private readonly string _name = $"inference-test-{Environment.ProcessId}";
    private readonly int _edgePort = FreePort();
    private readonly int _gatewayPort = FreePort();
    private readonly int _gatewayTlsPort = FreePort();
    private ProgramRun? _failure;

    /// <summary>Services of ours that stay up.</summary>
    public static IReadOnlyList<string> Services { get; } = ["tracestore", "efficientnetb0", "mobilenetv2", "ensemble", "gateway", "preprocessing"];

    internal ComposeProject Project => new(_name);

    internal HttpClient Edge { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    internal HttpClient TraceUi { get; } = new();

    internal JaegerClient Traces => new(TraceUi, TimeProvider.System);

    public string Container(string service) => $"{_name}-{service}-1";

    public string Network(string network) => $"{_name}_{network}";

    /// <summary>Skips where there is no engine; fails where the system did not come up.</summary>
    public async Task RequireAsync()
    {
        await Docker.RequireEngineAsync();
        Assert.True(_failure is null, $"the system did not come up: {_failure?.Errors}");
    }

    public async ValueTask InitializeAsync()
    {
        if (!await Docker.HasEngineAsync())
        {
            return;
        }

        var build = await ComposeAsync("build", "--quiet");
        var up = build.ExitCode == 0 ? await ComposeAsync("up", "--detach", "--wait", "--quiet-pull") : build;

        if (up.ExitCode != 0)
        {
            _failure = up;
            return;
        }

        Edge.BaseAddress = new Uri($"http://127.0.0.1:{_edgePort}/");
        TraceUi.BaseAddress = new Uri($"http://127.0.0.1:{_gatewayPort}/jaeger/");
        TraceUi.DefaultRequestHeaders.Authorization = await Project.ViewerLoginAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Edge.Dispose();
        TraceUi.Dispose();

        if (await Docker.HasEngineAsync())
        {
            await ComposeAsync("down", "--volumes", "--timeout", "5");
        }
    }

    internal Task<ProgramRun> ComposeAsync(params string[] arguments)
    {
        var variables = new Dictionary<string, string?>
        {
            ["EDGE_PORT"] = _edgePort.ToString(CultureInfo.InvariantCulture),
            ["GATEWAY_PORT"] = _gatewayPort.ToString(CultureInfo.InvariantCulture),
            ["GATEWAY_TLS_PORT"] = _gatewayTlsPort.ToString(CultureInfo.InvariantCulture),
        };

        if (CheckoutFiles.Models() is var (folder, efficientNet))
        {
            variables["MODELS"] = folder;
            variables["EFFICIENTNET"] = efficientNet;
            variables["B0_VOTES"] = efficientNet == "efficientnetb0" ? "true" : "false";
            variables["LITE0_VOTES"] = efficientNet == "efficientnetb0" ? "false" : "true";
        }

        return Docker.RunAsync(
            [
                "compose", "--env-file", "/dev/null", "--progress", "quiet", "-p", _name,
                "-f", CheckoutFiles.At("compose", "laptop.yaml"), "-f", CheckoutFiles.At("tests", "containers", "stand-in.yaml"), .. arguments,
            ],
            variables);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Tests that share the running system run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ContainerSystemGroup : ICollectionFixture<ContainerSystem>
{
    public const string Name = "running containers";
}
