using System.Diagnostics;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.ModelServer.Tests;

/// <summary>Every ended span of our own source and of ASP.NET Core.</summary>
internal sealed class EndedSpans : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public EndedSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Telemetry.Name or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (_ended)
                {
                    _ended.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public List<Activity> Of(ActivityTraceId trace)
    {
        lock (_ended)
        {
            return [.. _ended.Where(span => span.TraceId == trace)];
        }
    }

    /// <summary>A span that stands for the request's own server span.</summary>
    public static Activity Server()
    {
        Activity.Current = null;
        return Telemetry.Source.StartActivity("server", ActivityKind.Server)!;
    }

    public void Dispose() => _listener.Dispose();
}
