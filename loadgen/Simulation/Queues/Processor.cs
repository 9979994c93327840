namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>
/// Cores that are shared as an operating system shares them: each piece of work has a core of its own while there are enough, and all have equal parts
/// of them otherwise (processor sharing). Work done is one number for all of them, so that a piece ends when that number has grown by its length.
/// </summary>
/// <param name="events">Simulated time.</param>
/// <param name="cores">How many.</param>
/// <param name="waking">Seconds of work that nobody waits for after each piece, where hardly a core is busy: threads that woke for it and go back to sleep. None where all are.</param>
/// <param name="speed">Seconds of work that a core does in a second.</param>
internal sealed class Processor(EventQueue events, double cores, double waking = 0, double speed = 1)
{
    // Seconds of work; far less than any piece, and more than what is lost by rounding within a month.
    private const double Nothing = 1e-9;

    private readonly PriorityQueue<Action, (double End, long Number)> _work = new();
    private double _done, _since, _busy, _busyBefore;
    // At first nothing is known of the load.
    private double _idle = 1;
    private long _number, _plan;

    /// <summary>Seconds that cores were busy, all of them together.</summary>
    public double Busy => _busy + ((events.Now - _since) * Math.Min(_work.Count, cores));

    /// <summary>Does so many seconds of work, each on at most one core.</summary>
    public void Run(double seconds, Action ended)
    {
        Begin(seconds, waking > 0 ? Wakeful : ended);

        void Wakeful()
        {
            if (_idle > 0)
            {
                Begin(waking * _idle, () => { });
            }

            ended();
        }
    }

    /// <summary>So many seconds have passed since the last look: how busy the cores were in them says how much threads will be woken from now on.</summary>
    public void Look(double seconds)
    {
        Pass();
        _idle = Math.Max(0, 1 - ((_busy - _busyBefore) / seconds / cores));
        _busyBefore = _busy;
    }

    private void Begin(double seconds, Action ended)
    {
        Pass();
        _work.Enqueue(ended, (_done + seconds, _number++));
        Plan();
    }

    /// <summary>Counts what has been done since the last look.</summary>
    private void Pass()
    {
        var passed = events.Now - _since;
        _busy += passed * Math.Min(_work.Count, cores);
        _done += passed * Speed;
        _since = events.Now;
    }

    private double Speed => _work.Count == 0 ? 0 : Math.Min(1, cores / _work.Count) * speed;

    /// <summary>An end that was planned before more work came is none.</summary>
    private void Plan()
    {
        var plan = ++_plan;

        if (_work.TryPeek(out _, out var next))
        {
            events.After(Math.Max(0, next.End - _done) / Speed, () =>
            {
                if (plan == _plan)
                {
                    End();
                }
            });
        }
    }

    private void End()
    {
        Pass();
        var ended = new List<Action>(1);

        while (_work.TryPeek(out _, out var next) && next.End <= _done + Nothing)
        {
            ended.Add(_work.Dequeue());
        }

        Plan();
        ended.ForEach(what => what());
    }
}
