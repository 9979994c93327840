using System.Diagnostics.Metrics;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>What a batcher measures: requests that wait, images a run, seconds a run.</summary>
internal sealed class BatchMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<int> _size;
    private readonly Histogram<double> _duration;
    private readonly InferenceStatistics _statistics;
    private (string Model, DynamicBatcher Batcher)? _watched;

    public BatchMetrics(IMeterFactory meters, InferenceStatistics statistics)
    {
        _statistics = statistics;
        _meter = meters.Create(Telemetry.Name, Telemetry.Version);
        _size = _meter.CreateHistogram<int>("inference.batch.size", "{image}", "Images of a run.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64] });
        _duration = _meter.CreateHistogram<double>("inference.run.duration", "s", "Duration of a run.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2] });
    }

    /// <summary>From now on this batcher is the one whose queue and size are told: an autoscaler's measure of how much more there is than runs.</summary>
    public void Watch(string model, DynamicBatcher batcher)
    {
        var first = _watched is null;
        _watched = (model, batcher);

        if (first)
        {
            _meter.CreateObservableGauge("inference.queue.length", () => Measure(watched => watched.QueueLength), "{request}", "Requests that wait for a run.");
            _meter.CreateObservableGauge("inference.queue.limit", () => Measure(watched => watched.QueueLimit), "{request}", "Requests that may wait; more are refused.");
            _meter.CreateObservableGauge("inference.batch.limit", () => Measure(watched => watched.MaxBatch), "{image}", "Most images of a run.");
        }
    }

    public void Ran(string model, int images, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("inference.model.name", model);
        _size.Record(images, tag);
        _duration.Record(duration.TotalSeconds, tag);
        _statistics.Ran(images, duration);
    }

    private Measurement<int> Measure(Func<DynamicBatcher, int> value)
    {
        var (model, batcher) = _watched!.Value;
        return new Measurement<int>(value(batcher), new KeyValuePair<string, object?>("inference.model.name", model));
    }
}
