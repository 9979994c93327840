using System.Net.Http.Json;
using System.Text.RegularExpressions;
using InferenceTracing.Drills;
using InferenceTracing.Drills.Collectors;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Containers.Tests.Collectors;

/// <summary>
/// An edge's metrics on their way through both real collectors, with our configurations: they come out for Prometheus under the names that the alerts ask for. Where there is
/// no collector, the test skips and says so.
/// </summary>
public sealed partial class EdgeMetricsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-metrics").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Metrics_OfAnEdge_ReachPrometheusUnderTheNamesOfTheAlerts()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var program = await RequireAsync(cancellationToken);
        var ports = PortChoice.AllFree();
        var secrets = new Secrets(Path.Combine(_folder, "secrets"), TimeProvider.System);
        var (door, scrape) = (ports.For("door", 0), ports.For("scrape", 0));
        var cluster = CollectorSpec.Cluster(
            "collector", program, [CheckoutFiles.At("k8s", "components", "collector", "collector-config.yaml")], Path.Combine(_folder, "queue"), ports,
            new() { ["OTLP_KEYS_FILE"] = secrets.CollectorKeys });
        var edge = CollectorSpec.Edge(
            "edge-collector", program, [CheckoutFiles.At("compose", "collector", "edge.yaml")], Path.Combine(_folder, "edge-queue"), ports,
            new() { ["CLUSTER_URL"] = $"http://127.0.0.1:{door}", ["CLUSTER_KEY"] = secrets.EdgeKey, ["CLUSTER_CA_FILE"] = secrets.EdgeCa });
        cluster = cluster with
        {
            Process = cluster.Process with
            {
                // Straight to the door that wants the edge's key; that the gateway has a route there is a test of the gateway's.
                Arguments =
                [
                    .. cluster.Process.Arguments,
                    $"--config=yaml:receivers::otlp/edge::protocols::http::endpoint: 127.0.0.1:{door}",
                    $"--config=yaml:exporters::prometheus::endpoint: 127.0.0.1:{scrape}",
                ],
            },
        };

        await using var fleet = new ServiceFleet(new ServicePlan([cluster.Process, edge.Process], [], Path.Combine(_folder, "logs")));
        await fleet.StartAsync(cancellationToken);
        using var client = new HttpClient();
        using var sent = await client.PostAsJsonAsync(new Uri($"http://127.0.0.1:{edge.OtlpHttpPort}/v1/metrics"), Export(), cancellationToken);
        sent.EnsureSuccessStatusCode();

        // Looked for until they are there: the queue on the way sends once a second.
        var wanted = MetricPattern().Matches(File.ReadAllText(CheckoutFiles.At("k8s", "components", "alerts", "edge-alerts.yaml"))).Select(metric => metric.Value).ToHashSet();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        HashSet<string> shown = [];

        while (!wanted.IsSubsetOf(shown) && !limit.IsCancellationRequested)
        {
            await Task.Delay(Poll, cancellationToken);
            var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{scrape}/metrics"), cancellationToken);
            shown = [.. text.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Split('{', ' ')[0])];
        }

        Assert.NotEmpty(wanted);
        Assert.Subset(shown, wanted);
    }

    /// <summary>The edge's metrics as docs/telemetry.md has them.</summary>
    private static object Export()
    {
        var now = $"{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}000000";
        object Gauge(string name, string unit, double value) => new { name, unit, gauge = new { dataPoints = new[] { new { timeUnixNano = now, asDouble = value } } } };
        object Counter(string name, string unit, int value) =>
            new { name, unit, sum = new { aggregationTemporality = 2, isMonotonic = true, dataPoints = new[] { new { timeUnixNano = now, startTimeUnixNano = now, asInt = $"{value}" } } } };

        object[] metrics =
        [
            Counter("edge.answers", "{answer}", 3), Gauge("edge.circuit.state", "", 2), Gauge("edge.outbox.pending", "{answer}", 7), Gauge("edge.outbox.bytes", "By", 1_053_696),
            Counter("edge.outbox.dropped", "{answer}", 1), Counter("edge.judgements", "{answer}", 2), Gauge("edge.agreement", "1", 0.94),
        ];
        return new
        {
            resourceMetrics = new[]
            {
                new
                {
                    resource = new { attributes = new[] { new { key = "service.name", value = new { stringValue = "preprocessing" } }, new { key = "service.instance.id", value = new { stringValue = "edge-1" } } } },
                    scopeMetrics = new[] { new { scope = new { name = "InferenceTracing" }, metrics } },
                },
            },
        };
    }

    private async Task<string> RequireAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CollectorProgram.FindAsync(null, Checkout.Find(), _folder, cancellationToken);
        }
        catch (DrillException reason)
        {
            Assert.Skip(reason.Message);
            throw;
        }
    }

    [GeneratedRegex(@"\bedge_\w+")]
    private static partial Regex MetricPattern();
}
