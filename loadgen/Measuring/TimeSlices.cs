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
