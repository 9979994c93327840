using System.Collections.Concurrent;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.ModelServer.Tests;

/// <summary>A running server, asked all the time, while versions come, are broken, and go.</summary>
public sealed class RollingTests(UntrainedRepository untrained) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rolling-");
    private readonly ConcurrentQueue<Exception> _failures = new();
    private long _answers;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Serve_VersionsComeAndGoUnderLoad_FailsNoRequestAndRefusesABrokenOne()
    {
        Put("1");
        await using var server = await RunningServer.StartAsync(
            "--Model:Name=net", "--Model:Download=false", "--Model:Watch=00:00:00.200", "--Model:Threads=1", $"--MODEL_REPOSITORY={_folder.FullName}");
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 3).Select(_ => AskAsync(server, stop.Token)).ToList();

        await server.UntilAsync("v2/models/net", "\"1\"");
        Put("2");
        await server.UntilAsync("v2/models/net", "\"2\"");

        await PutBrokenAsync("3");
        await server.UntilAsync("health/ready", "version 3 is refused");
        Assert.Contains("\"2\"", await server.Client.GetStringAsync(new Uri("v2/models/net", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Put("4");
        await server.UntilAsync("v2/models/net", "\"4\"");
        Directory.Delete(Path.Combine(_folder.FullName, "net", "4"), recursive: true);
        Directory.Delete(Path.Combine(_folder.FullName, "net", "3"), recursive: true);
        await server.UntilAsync("v2/models/net", "\"2\"");

        var before = Interlocked.Read(ref _answers);
        await RunningServer.UntilAsync(() => Interlocked.Read(ref _answers) > before + 10);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Empty(_failures);
        Assert.DoesNotContain("refused", await server.Client.GetStringAsync(new Uri("health/ready", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task AskAsync(RunningServer server, CancellationToken stop)
    {
        var client = new OpenInferenceClient(server.Client);
        using var images = PixelTensor.Rent(1);
        images.Span.Fill(99);

        while (!stop.IsCancellationRequested)
        {
            try
            {
                await client.InferAsync("net", images, Deadline.After(TimeSpan.FromSeconds(20), TimeProvider.System), CancellationToken.None);
                Interlocked.Increment(ref _answers);
            }
            catch (InferenceException failure)
            {
                _failures.Enqueue(failure);
            }
        }
    }

    /// <summary>The network, under another name than the one whose file is pinned, moved into its place in one step, as docs/models.md says.</summary>
    private void Put(string version)
    {
        var target = Path.Combine(_folder.FullName, "net", version);
        var copy = Directory.CreateDirectory(Path.Combine(_folder.FullName, $"copy-{version}"));
        File.Copy(untrained.Served.GraphPath, Path.Combine(copy.FullName, "model.onnx"));
        File.Copy(Path.Combine(Path.GetDirectoryName(untrained.Served.GraphPath)!, "..", "config.json"), Path.Combine(Directory.CreateDirectory(Path.GetDirectoryName(target)!).FullName, "config.json"), overwrite: true);
        copy.MoveTo(target);
    }

    private async Task PutBrokenAsync(string version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "net", version));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "model.onnx"), "half a graph", TestContext.Current.CancellationToken);
    }
}
