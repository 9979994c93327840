using System.Diagnostics;
using System.Diagnostics.Metrics;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>A run: the network is shown a batch, each request gets its span, its answer or the failure, and what it took is measured.</summary>
internal sealed class BatchRun(Network network, ModelMetadata model, BatchMetrics metrics, TimeProvider clock, ILogger logger)
{
    public void Run(List<(PendingRequest Request, TimeSpan Queued)> batch, int images)
    {
        var probabilities = new float[images * ProbabilitiesOutput.Classes];
        var spans = RunSpans.Start([.. batch.Select(entry => entry.Request)], images, model);
        var started = clock.GetTimestamp();
        Exception? failure = null;

        try
        {
            network.Run([.. batch.Select(entry => entry.Request.Images)], images, probabilities);
        }
        catch (Exception broken)
        {
            // Whatever it was, it must reach the callers and not end the runner.
            Log.RunFailed(logger, broken, images);
            failure = broken;
        }

        var duration = clock.GetElapsedTime(started);
        spans.End(failure is null ? null : "model_failed");
        metrics.Ran(model.Name, images, duration);
        var first = 0;

        foreach (var (request, queued) in batch)
        {
            if (failure is not null)
            {
                request.Fail(new InferenceException(503, "model_failed", $"{model.Name} failed to run.", failure));
                continue;
            }

            var size = request.Images.Count * ProbabilitiesOutput.Classes;
            request.Complete(new Prediction(
                probabilities.AsMemory(first, size), ProbabilitiesOutput.Classes, Parameters(queued, duration, images))
            {
                // Another version may have taken over meanwhile, with other names.
                Labels = model.Labels,
            });
            first += size;
        }
    }

    private static Dictionary<string, object> Parameters(TimeSpan queued, TimeSpan duration, int images) => new()
    {
        ["queue_ms"] = Math.Round(queued.TotalMilliseconds, 3),
        ["run_ms"] = Math.Round(duration.TotalMilliseconds, 3),
        ["batch_size"] = images,
    };
}

/// <summary>
/// The spans of one run: one in the trace of each request it answers, under that request's own server span, linked to those of its
/// batch-mates. A run hung on the first request's trace would be missing from all others (bentoml/BentoML#2989).
/// </summary>
internal sealed class RunSpans
{
    private readonly List<Activity> _spans;

    private RunSpans(List<Activity> spans) => _spans = spans;

    public static RunSpans Start(IReadOnlyList<PendingRequest> batch, int images, ModelMetadata model)
    {
        var spans = new List<Activity>(batch.Count);

        foreach (var request in batch)
        {
            Activity.Current = null;

            if (Telemetry.Source.StartActivity("inference.run", ActivityKind.Internal, request.Trace) is { } span)
            {
                span.SetTag("inference.batch.size", images);
                span.SetTag("inference.model.name", model.Name);
                span.SetTag("inference.model.version", model.Version);
                span.SetTag("inference.model.precision", model.Precision);
                spans.Add(span);
            }
        }

        foreach (var span in spans)
        {
            foreach (var mate in spans)
            {
                // A link to a trace that is not kept would lead nowhere.
                if (mate != span && mate.Recorded)
                {
                    span.AddLink(new ActivityLink(mate.Context));
                }
            }
        }

        Activity.Current = null;
        return new RunSpans(spans);
    }

    public void End(string? failure)
    {
        foreach (var span in _spans)
        {
            if (failure is not null)
            {
                Telemetry.Fail(span, failure);
            }

            span.Dispose();
        }

        Activity.Current = null;
    }
}

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
