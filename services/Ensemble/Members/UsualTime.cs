namespace InferenceTracing.Ensemble.Members;

/// <summary>
/// How long a member usually takes, and how long it is worth waiting for: RFC 6298's estimator of a retransmission timeout, smoothed time and four times its variation,
/// doubled where the last answer did not come. It follows a member that becomes slower under load within a few answers.
/// </summary>
internal sealed class UsualTime(TimeSpan least)
{
    private const double TimeGain = 0.125;
    private const double VariationGain = 0.25;
    private const int Variations = 4;
    private const int MostDoublings = 1;

    private readonly Lock _gate = new();
    private double _time = double.NaN;
    private double _variation;
    private int _missed;

    /// <summary>From the question on; infinite until it has answered once.</summary>
    public TimeSpan Worth
    {
        get
        {
            lock (_gate)
            {
                return double.IsNaN(_time)
                    ? Timeout.InfiniteTimeSpan
                    : TimeSpan.FromMilliseconds(Math.Max(least.TotalMilliseconds, _time + (Variations * _variation)) * (1 << _missed));
            }
        }
    }

    /// <summary>It has answered.</summary>
    public void Took(TimeSpan time)
    {
        var milliseconds = time.TotalMilliseconds;

        lock (_gate)
        {
            _variation = double.IsNaN(_time) ? milliseconds / 2 : ((1 - VariationGain) * _variation) + (VariationGain * Math.Abs(_time - milliseconds));
            _time = double.IsNaN(_time) ? milliseconds : ((1 - TimeGain) * _time) + (TimeGain * milliseconds);
            _missed = 0;
        }
    }

    /// <summary>It was not waited for any longer.</summary>
    public void Missed()
    {
        lock (_gate)
        {
            _missed = Math.Min(_missed + 1, MostDoublings);
        }
    }
}
