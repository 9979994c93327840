namespace InferenceTracing.LoadGenerator.Simulation.Plans;

/// <summary>Photographs a second of a class of edges over time: an hour's rate in its middle, a straight line to the next hour's, in stretches of a minute; bursts on top.</summary>
internal sealed class RateCurve
{
    private const int HoursOfADay = 24;
    private const double Hour = 3600, Stretch = 60;

    private readonly List<(double From, double To, double Rate)> _stretches = [];
    private int _at;

    public RateCurve(EdgeClass edges, TimeSpan duration)
    {
        var mean = edges.Count * edges.PerMinute / 60;
        var weights = edges.Hours is { } hours ? hours.Select(hour => hour / hours.Average()).ToList() : null;
        var cuts = Enumerable.Range(1, weights is null ? 0 : (int)Math.Ceiling(duration.TotalSeconds / Stretch)).Select(minute => minute * Stretch)
            .Concat(edges.Bursts.SelectMany(burst => new[] { burst.At.TotalSeconds, (burst.At + burst.For).TotalSeconds }))
            .Append(duration.TotalSeconds).Where(cut => cut > 0 && cut <= duration.TotalSeconds).Distinct().Order();
        var from = 0.0;

        foreach (var to in cuts)
        {
            var middle = (from + to) / 2;
            var hour = weights is null ? 1 : Between(weights, middle / Hour);
            var times = edges.Bursts.Where(burst => middle >= burst.At.TotalSeconds && middle < (burst.At + burst.For).TotalSeconds).Select(burst => burst.Times).DefaultIfEmpty(1).Max();
            _stretches.Add((from, to, mean * hour * times));
            from = to;
        }
    }

    private static double Between(List<double> hours, double hour)
    {
        var before = Math.Floor(hour - 0.5);
        var (one, next) = (hours[((int)before + HoursOfADay) % HoursOfADay], hours[((int)before + 1) % HoursOfADay]);
        return one + ((next - one) * (hour - 0.5 - before));
    }

    /// <summary>All of them.</summary>
    public double Total => _stretches.Sum(stretch => (stretch.To - stretch.From) * stretch.Rate);

    /// <summary>The rate at a moment; moments are asked for in their order.</summary>
    public double At(double seconds)
    {
        while (_at < _stretches.Count - 1 && seconds >= _stretches[_at].To)
        {
            _at++;
        }

        return _stretches[_at].Rate;
    }

    /// <summary>When so many more photographs are due; infinity where the time ends before. Moments are asked for in their order.</summary>
    public double After(double seconds, double photographs)
    {
        for (; ; _at++)
        {
            var (_, to, rate) = _stretches[_at];

            if (seconds < to && (to - seconds) * rate is var left && left > photographs)
            {
                return seconds + (photographs / rate);
            }
            else
            {
                photographs -= seconds < to ? (to - seconds) * rate : 0;
            }

            if (_at == _stretches.Count - 1)
            {
                return double.PositiveInfinity;
            }

            seconds = Math.Max(seconds, to);
        }
    }
}
