using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Tests.Engines;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests.Report;

/// <summary>A run beside an earlier one.</summary>
public sealed class ComparisonTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-load");

    private string Before => Path.Combine(_folder.FullName, "report.json");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Into the folder of the run that it is compared with: the earlier report is read before it is replaced.</summary>
    [Fact]
    public async Task Run_SlowerThanBefore_SaysSoFigureByFigure()
    {
        await using var fast = await StubEdge.StartAsync();
        await using var slow = await StubEdge.StartAsync(async (_, context) =>
        {
            await Task.Delay(200, context.RequestAborted);
            await context.Response.WriteAsync("{}");
        });
        var first = await Session.RunAsync(Short(fast) with { Name = "before" }, _folder.FullName);

        var second = await Session.RunAsync(Short(slow), _folder.FullName, compare: Before);

        var compared = second.Report!.Compared!;
        var p50 = compared.Rows.Single(row => row.Name == "p50");
        Assert.Equal(("before", first.Report!.Latency.P50, second.Report.Latency.P50), (compared.Name, p50.Before, p50.Now));
        Assert.False(p50.Better);
        Assert.False(compared.Rows.Single(row => row.Name == "answered a second").Better);
        Assert.Null(compared.Rows.Single(row => row.Name == "errors").Better);
        Assert.Equal(first.Report.Curve, compared.Curve);
        // Only the address is another one, which is what one compares.
        Assert.Empty(compared.Differences);
        Assert.Contains("beside the run of", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OtherLoadThanBefore_SaysWhatIsNotTheSame()
    {
        await using var edge = await StubEdge.StartAsync();
        await Session.RunAsync(Short(edge), _folder.FullName);

        var run = await Session.RunAsync(Short(edge) with { Clients = 2 }, compare: Before);

        Assert.Equal("load: closed, 1 client → closed, 2 clients", Assert.Single(run.Report!.Compared!.Differences));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("no JSON")]
    public async Task Run_NoReportToCompareWith_IsOneLineAnd2(string? content)
    {
        await using var edge = await StubEdge.StartAsync();

        if (content is not null)
        {
            await File.WriteAllTextAsync(Before, content, TestContext.Current.CancellationToken);
        }

        var run = await Session.RunAsync(Short(edge), compare: Before);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("--compare: ", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(edge.Seen);
    }

    [Theory]
    [InlineData(100, 105, null)]
    [InlineData(100, 130, false)]
    [InlineData(130, 100, true)]
    [InlineData(0, 0, null)]
    [InlineData(0, 1, false)]
    public void Better_ATime_IsLessAndMoreThanChance(double before, double now, bool? better) =>
        Assert.Equal(better, new ComparedRow("p50", before, now, "ms").Better);

    private static ScenarioSettings Short(StubEdge edge) => new() { Urls = [edge.Url], Clients = 1, Requests = 10, WarmUp = "0s", CheckTraces = "0" };
}
