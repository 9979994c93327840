using System.Diagnostics;
using InferenceTracing.Imaging;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Native;

/// <summary>The bare work of a photograph in this process, over the services' own code: look at the header, decode and resize, run both networks. No HTTP, no traces.</summary>
internal sealed class NativeWork : IDisposable
{
    private readonly ImageOptions _options;
    private readonly ImagePreprocessor _preprocessor;
    private readonly List<byte[]> _photos;

    private NativeWork(IReadOnlyList<ServedModel> models, IEnumerable<Photograph> photos, ImageCodec codec)
    {
        ImagePreprocessor.Load();
        _options = new ImageOptions { Codec = codec };
        _preprocessor = new ImagePreprocessor(_options, TimeProvider.System);
        _photos = [.. photos.Select(photo => photo.Bytes)];
        // Saturated, every core has its own photograph; alone, a photograph gets what the services give it.
        OneThread = [.. models.Select(model => Network.Load(model, 1))];
        AsServed = [.. models.Select(model => Network.Load(model, ServicePlan.ThreadsOfARun(models.Count)))];
    }

    /// <summary>The networks with one thread each.</summary>
    public IReadOnlyList<Network> OneThread { get; }

    /// <summary>The networks with as many threads as the services give them.</summary>
    public IReadOnlyList<Network> AsServed { get; }

    public static async Task<NativeWork> LoadAsync(
        IReadOnlyList<string> names, IReadOnlyList<Photograph> photos, ImageCodec codec, CancellationToken cancellationToken)
    {
        using var store = new ModelStore(ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY")), mayDownload: true);
        var models = new List<ServedModel>();

        foreach (var name in names)
        {
            models.Add(await store.OpenAsync(name, new Progress<ModelProgress>(), cancellationToken));
        }

        return new NativeWork(models, photos, codec);
    }

    /// <summary>Photographs a second on so many threads.</summary>
    public async Task<double> ThroughputAsync(int threads, TimeSpan duration)
    {
        var next = -1;
        var start = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var pixels = PixelTensor.Rent(1);
                var probabilities = new float[ProbabilitiesOutput.Classes];
                var done = 0;

                for (; start.Elapsed < duration; done++)
                {
                    Decode((int)((uint)Interlocked.Increment(ref next) % _photos.Count), pixels);

                    foreach (var network in OneThread)
                    {
                        network.Run([pixels], 1, probabilities);
                    }
                }

                return done;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        return counts.Sum() / start.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Alone on the machine: decoding, and the slowest network after it, as a user would wait for them without anything in between; the networks one after the other,
    /// and side by side as the ensemble has them run.
    /// </summary>
    public async Task<(LatencyHistogram InTurn, LatencyHistogram SideBySide)> LatencyAsync(TimeSpan duration)
    {
        var (inTurn, sideBySide) = (new LatencyHistogram(), new LatencyHistogram());
        using var pixels = PixelTensor.Rent(1);
        var start = Stopwatch.StartNew();

        for (var i = 0; start.Elapsed < duration; i++)
        {
            var decoding = Time(() => Decode(i % _photos.Count, pixels));
            inTurn.Record(decoding + AsServed.Max(network => Run(network, pixels)));
            sideBySide.Record(decoding + (await Task.WhenAll(AsServed.Select(network => Task.Run(() => Run(network, pixels))))).Max());
        }

        return (inTurn, sideBySide);
    }

    /// <summary>Decodes one photograph over and over.</summary>
    public LatencyHistogram DecodeLatency(int photo, TimeSpan duration)
    {
        var histogram = new LatencyHistogram();
        using var pixels = PixelTensor.Rent(1);

        for (var start = Stopwatch.StartNew(); start.Elapsed < duration;)
        {
            histogram.Record(Time(() => Decode(photo, pixels)));
        }

        return histogram;
    }

    /// <summary>One run of a network over pixels that are there.</summary>
    public static TimeSpan Run(Network network, PixelTensor pixels)
    {
        var probabilities = new float[ProbabilitiesOutput.Classes];
        return Time(() => network.Run([pixels], 1, probabilities));
    }

    /// <summary>What an image costs one thread when so many of them share a run, in milliseconds.</summary>
    public static double PerImage(Network network, int batch, TimeSpan duration)
    {
        using var pixels = PixelTensor.Rent(batch);
        pixels.Span.Fill(127);
        var probabilities = new float[batch * ProbabilitiesOutput.Classes];
        var runs = new LatencyHistogram();

        for (var start = Stopwatch.StartNew(); start.Elapsed < duration;)
        {
            runs.Record(Time(() => network.Run([pixels], batch, probabilities)));
        }

        return runs.Percentile(50).TotalMilliseconds / batch;
    }

    public void Dispose()
    {
        foreach (var network in OneThread.Concat(AsServed))
        {
            network.Dispose();
        }
    }

    private void Decode(int photo, PixelTensor pixels)
    {
        var header = ImageInspector.Inspect(_photos[photo], _options);
        _preprocessor.Preprocess(_photos[photo], header, pixels.Span, CancellationToken.None);
    }

    private static TimeSpan Time(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start);
    }
}
