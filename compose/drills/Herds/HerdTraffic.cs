using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.Drills.Herds;

/// <summary>
/// Listens to what the devices ask the cluster, by the spans of their judgements and .NET's own events of their requests: which answer was judged how often, who was refused, and
/// who asked again before the refusal let him.
/// </summary>
internal sealed class HerdTraffic : IDisposable, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Judging = "outbox.judge", Judged = "edge.judged.trace_id";

    // A timer may be some milliseconds early by another clock.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _clock;
    private readonly ActivityListener _spans;
    private readonly IDisposable _all;
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];
    private readonly ConcurrentDictionary<string, int> _deviceOf = new();
    private readonly ConcurrentDictionary<string, int> _judgements = new();
    private readonly ConcurrentDictionary<int, long> _notBefore = new();
    private int _asked, _refused, _tooEarly, _unanswered;

    public HerdTraffic(TimeProvider clock)
    {
        _clock = clock;
        _spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Note,
        };
        ActivitySource.AddActivityListener(_spans);
        _all = DiagnosticListener.AllListeners.Subscribe(this);
    }

    /// <summary>Questions to the cluster.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Those that it refused with a time to wait.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Questions of a device that had been told to wait for longer.</summary>
    public int TooEarly => Volatile.Read(ref _tooEarly);

    /// <summary>Questions that came to nothing.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>An answer waits at that device.</summary>
    public void Kept(string trace, int device) => _deviceOf[trace] = device;

    /// <summary>How often the cluster has judged it, as the device took it.</summary>
    public int JudgementsOf(string trace) => _judgements.GetValueOrDefault(trace);

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener")
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (Activity.Current?.Parent is not { OperationName: Judging } judging || judging.GetTagItem(Judged) is not string trace || !_deviceOf.TryGetValue(trace, out var device))
        {
            return;
        }

        if (value.Key == "System.Net.Http.HttpRequestOut.Start")
        {
            Interlocked.Increment(ref _asked);

            if (_notBefore.TryGetValue(device, out var time) && _clock.GetTimestamp() < time)
            {
                Interlocked.Increment(ref _tooEarly);
            }
        }
        else if (value.Key == "System.Net.Http.HttpRequestOut.Stop")
        {
            Ended(device, value.Value?.GetType().GetProperty("Response")?.GetValue(value.Value) as HttpResponseMessage);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        _all.Dispose();

        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        _spans.Dispose();
    }

    private void Ended(int device, HttpResponseMessage? answer)
    {
        if (answer is null)
        {
            Interlocked.Increment(ref _unanswered);
        }
        else if (answer is { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, Headers.RetryAfter.Delta: { } pause })
        {
            Interlocked.Increment(ref _refused);
            _notBefore[device] = _clock.GetTimestamp() + (long)((pause - Early).TotalSeconds * _clock.TimestampFrequency);
        }
    }

    private void Note(Activity span)
    {
        // Tried and come to nothing, it says no label.
        if (span.OperationName == Judging && span.GetTagItem("edge.agreed") is not null && span.GetTagItem(Judged) is string trace)
        {
            _judgements.AddOrUpdate(trace, 1, (_, before) => before + 1);
        }
    }
}
