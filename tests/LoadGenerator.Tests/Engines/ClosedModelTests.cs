using System.Text;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.Photos;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests.Engines;

public sealed class ClosedModelTests
{
    [Fact]
    public async Task Run_FourClients_FourAtOnceAndNeverMore()
    {
        await using var edge = await StubEdge.StartAsync(async (_, context) =>
        {
            await Task.Delay(20);
            await context.Response.WriteAsync("{}");
        });

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Clients = 4, Requests = 60, WarmUp = "0s", CheckTraces = "0" });

        Assert.Equal(4, edge.MostInside);
        Assert.Equal((60, 60), (run.Report!.Totals.Due, run.Report.Totals.Answered));
    }

    [Fact]
    public async Task Run_Form_CarriesTheFileAndTheEdgesNameThemselves()
    {
        await using var edge = await StubEdge.StartAsync();

        await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Clients = 1, Requests = 10, Edges = 3, WarmUp = "0s", CheckTraces = "0" });

        var sent = edge.Seen.Skip(1).ToList();
        Assert.All(sent, request => Assert.StartsWith("multipart/form-data; boundary=", request.ContentType, StringComparison.Ordinal));
        Assert.All(sent, request => Assert.Contains("name=\"file\"", Encoding.Latin1.GetString(request.Body), StringComparison.Ordinal));
        Assert.Equal(["edge-0001", "edge-0002", "edge-0003", "edge-0001"], sent.Take(4).Select(request => request.Device));
        Assert.Single(sent.Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task Run_RawWithoutKeepAlive_SendsTheFileAloneOverAConnectionEach()
    {
        await using var edge = await StubEdge.StartAsync();
        var photo = DrawnPhotos.Draw()[0];
        var folder = Directory.CreateTempSubdirectory("inference-tracing-load");
        var file = Path.Combine(folder.FullName, photo.Name);
        await File.WriteAllBytesAsync(file, photo.Bytes, TestContext.Current.CancellationToken);

        await Session.RunAsync(new ScenarioSettings
        {
            Urls = [edge.Url], Clients = 1, Requests = 5, Photos = file, Body = "raw", KeepAlive = false, WarmUp = "0s", CheckTraces = "0",
        });

        folder.Delete(recursive: true);
        var sent = edge.Seen.Skip(1).ToList();
        Assert.All(sent, request => Assert.Equal(("image/png", photo.Bytes.Length), (request.ContentType, request.Body.Length)));
        Assert.Equal(5, sent.Select(request => request.Connection).Distinct().Count());
    }

    [Fact]
    public async Task Run_SeveralAddresses_AreAskedInTurn()
    {
        await using var one = await StubEdge.StartAsync();
        await using var two = await StubEdge.StartAsync();

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [one.Url, two.Url], Clients = 2, Requests = 20, WarmUp = "0s", CheckTraces = "0" });

        Assert.Equal([10, 10], run.Report!.ByTarget.Select(target => target.Answered));
        Assert.Equal((11, 11), (one.Seen.Count, two.Seen.Count));
    }
}
