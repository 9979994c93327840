using System.Text.Json;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Tests.Engines;

namespace InferenceTracing.LoadGenerator.Tests.Report;

public sealed class ReportFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-load");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Write_ARun_HasTheSameNumbersInEveryFile()
    {
        await using var edge = await StubEdge.StartAsync();

        await Session.RunAsync(
            new ScenarioSettings { Urls = [edge.Url], Clients = 2, Requests = 30, WarmUp = "0s", CheckTraces = "0", Require = ["errors<1%"] }, folder: _folder.FullName);

        using var json = JsonDocument.Parse(await ReadAsync("report.json"));
        var root = json.RootElement;
        Assert.Equal(30, root.GetProperty("totals").GetProperty("answered").GetInt64());
        Assert.True(root.GetProperty("latency").GetProperty("p50").GetDouble() > 0);
        Assert.Equal(100, root.GetProperty("curve").EnumerateArray().Last().GetProperty("percent").GetDouble());
        Assert.True(root.GetProperty("requirements")[0].GetProperty("met").GetBoolean());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("traces").ValueKind);

        var rows = (await ReadAsync("report.csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("at_s,due_per_s,answered_per_s,degraded_per_s,failed_per_s,in_flight,p50_ms,p95_ms,p99_ms,max_ms", rows[0]);
        Assert.Equal(root.GetProperty("slices").GetArrayLength(), rows.Length - 1);
        Assert.All(rows, row => Assert.Equal(10, row.Split(',').Length));
        Assert.Equal(30, rows.Skip(1).Sum(row => double.Parse(row.Split(',')[2], System.Globalization.CultureInfo.InvariantCulture)));

        var page = await ReadAsync("report.html");
        Assert.DoesNotContain("/*", page.Replace("/**", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", page, StringComparison.Ordinal);
        Assert.Contains("\"answered\": 30", page, StringComparison.Ordinal);
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(_folder.FullName, name), TestContext.Current.CancellationToken);
}
