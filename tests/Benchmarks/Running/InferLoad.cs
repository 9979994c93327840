using System.Diagnostics;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>Closed load on a v2 service, without an edge in front: pixels that are there already, again and again.</summary>
internal sealed class InferLoad(Uri service, string model) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false }) { BaseAddress = service };

    public async Task<InferResult> RunAsync(int clients, int images, TimeSpan duration, CancellationToken cancellationToken)
    {
        var asking = new OpenInferenceClient(_client);
        var latency = new LatencyHistogram();
        var failed = 0L;
        var start = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(
            async () =>
            {
                using var pixels = PixelTensor.Rent(images);
                pixels.Span.Fill(127);

                while (start.Elapsed < duration)
                {
                    var begin = Stopwatch.GetTimestamp();

                    try
                    {
                        await asking.InferAsync(model, pixels, Deadline.After(TimeSpan.FromSeconds(30), TimeProvider.System), cancellationToken);

                        lock (latency)
                        {
                            latency.Record(Stopwatch.GetElapsedTime(begin));
                        }
                    }
                    catch (InferenceException)
                    {
                        Interlocked.Increment(ref failed);
                        await Task.Delay(20, cancellationToken);
                    }
                }
            },
            cancellationToken)));

        return new InferResult(latency, latency.Count * images / start.Elapsed.TotalSeconds, failed);
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>What a v2 service did.</summary>
internal sealed record InferResult(LatencyHistogram Latency, double ImagesPerSecond, long Failed);
