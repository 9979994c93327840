using System.Net;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.ModelServer.Tests;

/// <summary>A server that has been asked more than it can for a while says so where proxies look, and takes it back.</summary>
public sealed class ReadinessUnderLoadTests(UntrainedRepository repository)
{
    private const int Clients = 40;

    [Fact]
    public async Task Ready_QueueFullForLong_IsFalseUntilTheQueueHasRoom()
    {
        await using var server = await RunningServer.StartAsync(
            "--Model:Name=mobilenetv2", "--Model:Download=false", "--Model:Threads=1", "--Batching:Fit=false", "--Batching:MaxBatch=1", "--Batching:QueueLimit=8",
            "--Batching:FullFor=00:00:00.300", $"--MODEL_REPOSITORY={repository.Folder}/untrained");
        using var stop = new CancellationTokenSource();
        var flood = Enumerable.Range(0, Clients).Select(_ => AskAsync(server, stop.Token)).ToList();

        await server.UntilAsync("health/ready", "its queue has been full for");

        await stop.CancelAsync();
        await Task.WhenAll(flood);
        await RunningServer.UntilAsync(async () =>
        {
            using var ready = await server.Client.GetAsync(new Uri("health/ready", UriKind.Relative));
            return ready.StatusCode == HttpStatusCode.OK;
        });
    }

    private static async Task AskAsync(RunningServer server, CancellationToken stop)
    {
        var client = new OpenInferenceClient(server.Client);
        using var images = PixelTensor.Rent(1);
        images.Span.Fill(99);

        while (!stop.IsCancellationRequested)
        {
            try
            {
                await client.InferAsync("mobilenetv2", images, Deadline.After(TimeSpan.FromSeconds(20), TimeProvider.System), CancellationToken.None);
            }
            catch (InferenceException refusal) when (refusal.Status == 503)
            {
                // That is what it is about.
            }
        }
    }
}
