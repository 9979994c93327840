namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>One replica of a part: a queue of bounded length in front of places, each of which takes what waits, up to so many at once, and works on it.</summary>
/// <param name="events">Simulated time.</param>
/// <param name="processor">Who does the work.</param>
/// <param name="shape">How many it takes.</param>
/// <param name="work">Seconds of work for so many at once.</param>
internal sealed class Station(EventQueue events, Processor processor, StationShape shape, Func<int, double> work)
{
    // More refusals at once than this are connections that nobody accepts: they cost nothing.
    private const int RefusalsAtOnce = 256;

    private readonly Queue<Visit> _live = new(), _later = new();
    private int _busy, _refusing;

    /// <summary>Seconds of work it has begun, those for what it turned away too.</summary>
    public double Worked { get; private set; }

    /// <summary>Visits that were turned away.</summary>
    public long Refused { get; private set; }

    public int Waiting => _live.Count + _later.Count;

    /// <summary>Requests of outboxes that have passed it and are under way behind it.</summary>
    public int Background { get; set; }

    public void Enter(Visit visit)
    {
        if (_busy < shape.Slots)
        {
            Wait(visit);
            Start();
        }
        else if (Waiting < (visit.IsLive || !shape.LiveFirst ? shape.Queue : shape.Queue / 2))
        {
            Wait(visit);
        }
        else
        {
            Refuse(visit);
        }
    }

    /// <summary>Work outside the queue and the places.</summary>
    public void Run(double seconds, Action ended)
    {
        Worked += seconds;
        processor.Run(seconds, ended);
    }

    /// <summary>Turns it away, which costs something too.</summary>
    public void Refuse(Visit visit)
    {
        Refused++;

        if (shape.RefusalWork <= 0 || _refusing >= RefusalsAtOnce)
        {
            visit.Ended(VisitEnd.Refused);
            return;
        }

        _refusing++;
        Run(shape.RefusalWork, () =>
        {
            _refusing--;
            visit.Ended(VisitEnd.Refused);
        });
    }

    private void Wait(Visit visit) => (visit.IsLive || !shape.LiveFirst ? _live : _later).Enqueue(visit);

    private void Start()
    {
        var batch = new List<Visit>(1);

        var isLast = false;

        while (batch.Count < shape.MaxBatch && !isLast && (_live.TryDequeue(out var next) || _later.TryDequeue(out next)))
        {
            // Of what goes last none shares a run: whoever comes meanwhile waits for one image, and not for a batch of them.
            isLast = shape.LiveFirst && !next.IsLive;

            // Nobody waits for it any more: it is dropped before it costs anything.
            if (next.Deadline < events.Now)
            {
                next.Ended(VisitEnd.Expired);
            }
            else
            {
                batch.Add(next);
            }
        }

        if (batch.Count == 0)
        {
            return;
        }

        _busy++;
        Run(work(batch.Count), () =>
        {
            _busy--;

            // The next ones first: what those that are done do next may lead here again.
            if (Waiting > 0)
            {
                Start();
            }

            batch.ForEach(visit => visit.Ended(VisitEnd.Served));
        });
    }
}

/// <summary>How many a replica takes.</summary>
/// <param name="Slots">Worked on at the same time, each batch in one.</param>
/// <param name="Queue">That may wait.</param>
/// <param name="MaxBatch">Taken together.</param>
/// <param name="LiveFirst">Whether what is not live waits until nothing live does, and may take half the queue.</param>
/// <param name="RefusalWork">What it costs to turn one away, in seconds.</param>
internal sealed record StationShape(int Slots, int Queue, int MaxBatch = 1, bool LiveFirst = false, double RefusalWork = 0);

/// <summary>Somebody at a replica.</summary>
/// <param name="Deadline">After it nobody waits any more.</param>
/// <param name="IsLive">False: out of an outbox.</param>
/// <param name="Ended">Is told how it ended.</param>
internal readonly record struct Visit(double Deadline, bool IsLive, Action<VisitEnd> Ended);

/// <summary>How a visit ended.</summary>
internal enum VisitEnd
{
    Served,
    Refused,
    Expired,
}
