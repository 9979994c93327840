namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>
/// A process's pool of threads, as .NET has one for each core: each does one piece of work from start to end, and what finds none free waits in the order in which it came. A
/// photograph that takes long to decode so keeps from their work those that need a moment only, which cores that are shared in equal parts would not.
/// </summary>
/// <param name="processor">The cores.</param>
/// <param name="threads">How many.</param>
internal sealed class WorkerThreads(Processor processor, int threads)
{
    private readonly Queue<(Func<double> Seconds, Action Ended)> _waiting = new();
    private int _busy;

    /// <summary>Seconds of work it has begun.</summary>
    public double Worked { get; private set; }

    /// <summary>Does so many seconds of work, now or when a thread is free, and asks for how many only then.</summary>
    public void Run(Func<double> seconds, Action ended)
    {
        if (_busy < threads)
        {
            Begin(seconds, ended);
        }
        else
        {
            _waiting.Enqueue((seconds, ended));
        }
    }

    private void Begin(Func<double> seconds, Action ended)
    {
        _busy++;
        var work = seconds();
        Worked += work;
        processor.Run(work, () =>
        {
            _busy--;

            if (_waiting.TryDequeue(out var next))
            {
                Begin(next.Seconds, next.Ended);
            }

            ended();
        });
    }
}
