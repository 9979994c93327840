using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.ModelServer.Batching;

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
