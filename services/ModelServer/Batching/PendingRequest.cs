using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>
/// One request on its way through the queue and a run. Whoever gets hold of it first decides its fate: the runner that claims it, or the
/// caller who gives up; once claimed it is finished only by the runner, which reads its pixels.
/// </summary>
internal sealed class PendingRequest
{
    private readonly TaskCompletionSource<Prediction> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellationToken;
    private readonly Activity? _queueSpan;
    private readonly TimeProvider _clock;
    private readonly long _enqueued;
    private CancellationTokenRegistration _registration;
    private int _taken;

    public PendingRequest(PixelTensor images, Deadline deadline, TimeProvider clock, CancellationToken cancellationToken)
    {
        _clock = clock;
        _enqueued = clock.GetTimestamp();
        Images = images;
        Deadline = deadline;
        _cancellationToken = cancellationToken;

        var server = Activity.Current;
        Trace = server?.Context ?? default;
        _queueSpan = Telemetry.Source.StartActivity("inference.queue", ActivityKind.Internal, Trace);

        // It ends on another thread; here it must not become the parent of what follows.
        Activity.Current = server;
    }

    public PixelTensor Images { get; }

    public Deadline Deadline { get; }

    /// <summary>It gives way to those that somebody waits for.</summary>
    public bool IsBackground => Deadline.IsBackground;

    /// <summary>The request's own server span.</summary>
    public ActivityContext Trace { get; }

    public Task<Prediction> Answer => _answer.Task;

    /// <summary>From now on the caller's token takes it out of the queue.</summary>
    public void WatchCaller() => _registration = _cancellationToken.UnsafeRegister(static state => ((PendingRequest)state!).GiveUp(), this);

    /// <summary>Takes it for a run; false when the caller has given up or nobody waits any more. Ends its time in the queue.</summary>
    public bool TryClaim(out TimeSpan queued)
    {
        queued = _clock.GetElapsedTime(_enqueued);

        if (!Take())
        {
            return false;
        }

        _registration.Dispose();

        if (Deadline.HasPassed)
        {
            LeaveQueue("deadline_exceeded");
            _answer.TrySetException(TooLate());
            return false;
        }

        LeaveQueue(failure: null);
        return true;
    }

    /// <summary>Refuses it before it was queued.</summary>
    public void Refuse(InferenceException refusal)
    {
        if (Take())
        {
            LeaveQueue(refusal.Reason);
            _answer.TrySetException(refusal);
        }
    }

    /// <summary>Takes it back before it was queued, as if it had not been: its span goes nowhere.</summary>
    public void Withdraw()
    {
        if (Take())
        {
            _registration.Dispose();

            if (_queueSpan is not null)
            {
                _queueSpan.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            }

            LeaveQueue(failure: null);
        }
    }

    public void Complete(Prediction prediction) => _answer.TrySetResult(prediction);

    public void Fail(InferenceException failure) => _answer.TrySetException(failure);

    private bool Take() => Interlocked.Exchange(ref _taken, 1) == 0;

    private void GiveUp()
    {
        if (!Take())
        {
            return;
        }

        // Whether the caller has gone or its deadline has passed is known to whoever linked the two.
        LeaveQueue(Deadline.HasPassed ? "deadline_exceeded" : "cancelled");
        _answer.TrySetCanceled(_cancellationToken);
    }

    private InferenceException TooLate() => new(
        504, "deadline_exceeded", FormattableString.Invariant($"The deadline of {Deadline.Budget.TotalMilliseconds:0} ms has passed in the queue."));

    private void LeaveQueue(string? failure)
    {
        if (failure is not null)
        {
            Telemetry.Fail(_queueSpan, failure);
        }

        // Ending a span makes its parent the current one, also on a thread that has nothing to do with it.
        var current = Activity.Current;
        _queueSpan?.Dispose();
        Activity.Current = current;
    }
}
