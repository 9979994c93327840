using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>The alerts of components/alerts: what they say, that their metrics are those that docs/telemetry.md names, and, by Prometheus' own tool, when they are raised.</summary>
public sealed partial class AlertTests(RenderedFleet fleet)
{
    private const string Combination = "overlays/minikube + components/metrics-scrape + components/alerts";

    [Fact]
    public void Alerts_OfTheComponent_LieWhereAPrometheusFindsThem()
    {
        Assert.Equal(["EdgeDisagrees", "EdgeCircuitOpen", "EdgesSilent", "EdgeOutboxGrows", "EdgeOutboxDropped"], Rules().Select(rule => rule.Text("alert")));
        Assert.All(Rules(), rule =>
        {
            Assert.Contains(rule.Text("labels", "severity"), (string[])["warning", "critical"]);
            Assert.NotNull(rule.Text("annotations", "summary"));
            Assert.NotNull(rule.Text("annotations", "description"));
        });
    }

    /// <summary>A misspelt metric raises no error in Prometheus: the alert would never be raised either.</summary>
    [Fact]
    public void Metrics_OfTheAlerts_AreThoseThatAreDocumented()
    {
        var metrics = File.ReadAllText(Path.Combine(Locations.Root, "docs", "telemetry.md")).Split("## Metrics")[1];
        var documented = RowPattern().Matches(metrics)
            .SelectMany(row => NamePattern().Matches(row.Value).Select(name => name.Groups[1].Value.Replace('.', '_')))
            .ToHashSet();

        var asked = Rules().SelectMany(rule => MetricPattern().Matches(rule.Text("expr")!)).Select(metric => metric.Value).Distinct().ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, metric => Assert.Contains(SuffixPattern().Replace(metric, ""), documented));
    }

    /// <summary>Where there is no promtool, the test skips and says so.</summary>
    [Fact]
    public async Task Alerts_OverTwoHours_AreRaisedWhenTheyShould()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append(Locations.Tools);
        var promtool = folders.Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(promtool is null, "There is no promtool on this machine (Debian: apt-get install prometheus).");

        using var tool = Process.Start(new ProcessStartInfo(promtool!, ["test", "rules", Path.Combine(Locations.Examples, "edge-alerts-test.yaml")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(tool.ExitCode == 0, said + await errors);
    }

    private List<JsonNode> Rules()
    {
        var found = fleet.Get(Combination).OfKind("ConfigMap").Single(item => item is { Namespace: "monitoring", Name: "edge-alerts" });
        return [.. YamlReader.Read(found.Root.Text("data", "edge-alerts.yaml")!).Single().Items("groups").SelectMany(group => group.Items("rules"))];
    }

    [GeneratedRegex(@"^\| `edge\..*$", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex("`(edge[a-z._]+)`")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\bedge_\w+")]
    private static partial Regex MetricPattern();

    // What Prometheus adds to OpenTelemetry's names: of a share, and of a counter.
    [GeneratedRegex("_(ratio|total)$")]
    private static partial Regex SuffixPattern();
}
