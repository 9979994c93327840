using System.Diagnostics;
using System.Globalization;
using System.Net;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>Closed load on a v2 service, without an edge in front: pixels that are there already, again and again.</summary>
internal sealed class InferLoad(Uri service, string model, Version? http = null) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false })
    {
        BaseAddress = service,
        DefaultRequestVersion = http ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task<InferResult> RunAsync(int clients, int images, TimeSpan duration, CancellationToken cancellationToken)
    {
        var asking = new OpenInferenceClient(_client);
        var (latency, outside) = (new LatencyHistogram(), new LatencyHistogram());
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
                        var answer = await asking.InferAsync(model, pixels, Deadline.After(TimeSpan.FromSeconds(30), TimeProvider.System), cancellationToken);
                        var taken = Stopwatch.GetElapsedTime(begin);

                        lock (latency)
                        {
                            latency.Record(taken);
                            outside.Record(taken - RunOf(answer));
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

        return new InferResult(latency, outside, latency.Count * images / start.Elapsed.TotalSeconds, failed);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>What a model server says of its run; an ensemble says nothing.</summary>
    private static TimeSpan RunOf(InferenceAnswer answer) =>
        answer.Prediction.Parameters.TryGetValue("run_ms", out var milliseconds)
            ? TimeSpan.FromMilliseconds(Convert.ToDouble(milliseconds, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;
}

/// <summary>What a v2 service did.</summary>
/// <param name="Latency">As the client waited.</param>
/// <param name="Outside">The same without the run itself: both ends of HTTP, and the queue.</param>
/// <param name="ImagesPerSecond">Answered.</param>
/// <param name="Failed">Refused or lost.</param>
internal sealed record InferResult(LatencyHistogram Latency, LatencyHistogram Outside, double ImagesPerSecond, long Failed);
