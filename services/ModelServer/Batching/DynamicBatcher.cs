using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>
/// Takes the requests that wait into one run, those in the background only where no other one waits. Runs have threads of their own, because a run occupies its thread from start to end; requests
/// wait for them without one. What has expired or been given up is dropped before the run.
/// </summary>
internal sealed class DynamicBatcher : IDisposable
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromSeconds(1);

    private readonly LiveFirstQueue _waiting = new();
    private readonly BlockingCollection<PendingRequest> _queue;
    private readonly ModelMetadata _model;
    private readonly BatchingOptions _options;
    private readonly BatchRun _run;
    private readonly TimeProvider _clock;
    private readonly Task[] _runners;
    private long _fullSince;

    /// <param name="network">Runs the batches.</param>
    /// <param name="model">What the network is.</param>
    /// <param name="options">How requests are put together.</param>
    /// <param name="maxBatch">Most images of one run.</param>
    /// <param name="metrics">Is told of every run.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Is told of runs that fail.</param>
    public DynamicBatcher(Network network, ModelMetadata model, BatchingOptions options, int maxBatch, BatchMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _queue = new BlockingCollection<PendingRequest>(_waiting, options.QueueLimit);
        (_model, _options, MaxBatch, _run, _clock) = (model, options, maxBatch, new BatchRun(network, model, metrics, clock, logger), clock);
        _runners = [.. Enumerable.Range(1, options.Runners).Select(StartRunner)];
    }

    /// <summary>Most images of one run.</summary>
    public int MaxBatch { get; }

    /// <summary>Requests that wait; nought once it takes no more.</summary>
    public int QueueLength => IsOpen ? _queue.Count : 0;

    /// <summary>Requests that may wait.</summary>
    public int QueueLimit => _options.QueueLimit;

    /// <summary>How long requests have been refused because too many wait, without the queue having been half empty since; nought where it is not so.</summary>
    public TimeSpan FullFor => Volatile.Read(ref _fullSince) is var since and not 0 && QueueLength > QueueLimit / 2 ? _clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>True until <see cref="DrainAsync"/>.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>True once nothing runs any more, and nothing will.</summary>
    public bool IsDrained => !IsOpen && Array.TrueForAll(_runners, runner => runner.IsCompleted);

    /// <summary>The probabilities of every image of <paramref name="images"/>, which is read until the task ends; null when it takes no more requests.</summary>
    /// <exception cref="InferenceException">503 <c>queue_full</c> or <c>model_failed</c>; 504 <c>deadline_exceeded</c>.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>, while the request still waited.</exception>
    public Task<Prediction>? TryEnqueueAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            return null;
        }

        var request = new PendingRequest(images, deadline, _clock, cancellationToken);

        // Before it is queued: a runner that is quicker must find the registration to dispose of.
        request.WatchCaller();

        try
        {
            // However many wait in the background, half the room is for the others.
            if (request.IsBackground && _waiting.InBackground >= (_options.QueueLimit + 1) / 2)
            {
                request.Refuse(new InferenceException(
                    503, "queue_full", $"{_model.Name} is busy: {_waiting.InBackground} background requests wait already.") { RetryAfter = QueueFullPause });
            }
            else if (!_queue.TryAdd(request))
            {
                NoteFull();
                request.Refuse(new InferenceException(
                    503, "queue_full", $"{_model.Name} is busy: {_options.QueueLimit} requests wait already.") { RetryAfter = QueueFullPause });
            }
        }
        catch (InvalidOperationException)
        {
            // It was closed in this very moment.
            request.Withdraw();
            return null;
        }

        return request.Answer;
    }

    /// <summary>Takes no more requests, and ends once those that wait are answered.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        IsOpen = false;
        _queue.CompleteAdding();
        return Task.WhenAll(_runners).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        // A runner that is late still needs its queue.
        if (IsDrained)
        {
            _queue.Dispose();
        }
    }

    /// <summary>The first refusal since the queue was half empty; that nobody has refused for a while does not end it, a queue that has room does.</summary>
    private void NoteFull()
    {
        if (Volatile.Read(ref _fullSince) == 0)
        {
            Interlocked.CompareExchange(ref _fullSince, _clock.GetTimestamp(), 0);
        }
    }

    private void NoteRoom()
    {
        if (Volatile.Read(ref _fullSince) != 0 && QueueLength <= QueueLimit / 2)
        {
            Volatile.Write(ref _fullSince, 0);
        }
    }

    private Task StartRunner(int number)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            RunUntilDrained();
            ended.SetResult();
        })
        {
            IsBackground = true, Name = $"{_model.Name} runner {number}",
        };
        thread.UnsafeStart();
        return ended.Task;
    }

    private void RunUntilDrained()
    {
        PendingRequest? first = null;

        while (first is not null || _queue.TryTake(out first, Timeout.Infinite))
        {
            List<(PendingRequest Request, TimeSpan Queued)> batch = [];
            var images = 0;
            var started = _clock.GetTimestamp();
            var next = first;
            first = null;
            NoteRoom();

            do
            {
                if (images > 0 && images + next.Images.Count > MaxBatch)
                {
                    // It does not fit any more: it begins the next run.
                    first = next;
                    break;
                }

                if (next.TryClaim(out var queued))
                {
                    batch.Add((next, queued));
                    images += next.Images.Count;
                }
            }
            // A run ends with what is in the background: whoever comes meanwhile, and has somebody waiting, waits for one such image and not for a batch of them.
            while (images < MaxBatch && !next.IsBackground && _queue.TryTake(out next, Patience(images, started)));

            if (batch.Count > 0)
            {
                _run.Run(batch, images);
            }
        }
    }

    /// <summary>How long the run waits for more requests, in milliseconds.</summary>
    private int Patience(int images, long started) =>
        images == 0 || _options.MaxDelay == TimeSpan.Zero
            ? 0
            : (int)Math.Max(0, (_options.MaxDelay - _clock.GetElapsedTime(started)).TotalMilliseconds);
}

/// <summary>Requests that wait, in the order of their coming, and those in the background behind all that somebody waits for. Any number of threads may use it.</summary>
internal sealed class LiveFirstQueue : IProducerConsumerCollection<PendingRequest>
{
    private readonly ConcurrentQueue<PendingRequest> _live = new(), _background = new();

    public int Count => _live.Count + _background.Count;

    /// <summary>Those that nobody waits for.</summary>
    public int InBackground => _background.Count;

    public bool IsSynchronized => false;

    public object SyncRoot => throw new NotSupportedException("It needs no lock.");

    public bool TryAdd(PendingRequest item)
    {
        (item.IsBackground ? _background : _live).Enqueue(item);
        return true;
    }

    public bool TryTake([MaybeNullWhen(false)] out PendingRequest item) => _live.TryDequeue(out item) || _background.TryDequeue(out item);

    public PendingRequest[] ToArray() => [.. _live, .. _background];

    public void CopyTo(PendingRequest[] array, int index) => ToArray().CopyTo(array, index);

    public void CopyTo(Array array, int index) => ToArray().CopyTo(array, index);

    public IEnumerator<PendingRequest> GetEnumerator() => _live.Concat(_background).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
