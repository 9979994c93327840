namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>The run over time, in slices that start at a second and double whenever there would be too many: a day of load needs no more memory than minutes.</summary>
internal sealed class TimeSlices
{
    /// <summary>The most slices there are.</summary>
    public const int Most = 240;

    private List<TimeSlice> _slices = [];

    /// <summary>How long each slice is.</summary>
    public TimeSpan Width { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>In order, without gaps.</summary>
    public IReadOnlyList<TimeSlice> All => _slices;

    /// <summary>The slice of a moment of the measured run.</summary>
    public TimeSlice At(TimeSpan time)
    {
        while (time / Width >= Most)
        {
            Halve();
        }

        var index = Math.Max(0, (int)(time / Width));

        while (_slices.Count <= index)
        {
            _slices.Add(new TimeSlice());
        }

        return _slices[index];
    }

    private void Halve()
    {
        foreach (var pair in _slices.Chunk(2).Where(pair => pair.Length == 2))
        {
            pair[0].Add(pair[1]);
        }

        _slices = [.. _slices.Where((_, index) => index % 2 == 0)];
        Width *= 2;
    }
}

/// <summary>What happened in one stretch of the run.</summary>
internal sealed class TimeSlice
{
    /// <summary>Requests that were due in it.</summary>
    public long Due { get; set; }

    /// <summary>Requests answered well in it.</summary>
    public long Answered { get; set; }

    /// <summary>Of the answered ones, those without every member's vote.</summary>
    public long Degraded { get; set; }

    /// <summary>Requests that failed in it.</summary>
    public long Failed { get; set; }

    /// <summary>The most requests under way at once.</summary>
    public int InFlight { get; set; }

    /// <summary>Latencies of what ended in it.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void Add(TimeSlice other)
    {
        Due += other.Due;
        Answered += other.Answered;
        Degraded += other.Degraded;
        Failed += other.Failed;
        InFlight = Math.Max(InFlight, other.InFlight);
        Latency.Add(other.Latency);
    }
}
