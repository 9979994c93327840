namespace InferenceTracing.ServiceDefaults.Logging;

/// <summary>So many lines a second; what is beyond them is counted, and the count told when the second is over.</summary>
internal sealed class LineBudget(TimeProvider clock, Action<long> leftOut)
{
    public const int LinesASecond = 5;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _began;
    private int _taken;
    private long _left;

    public bool TryTake()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();

            if (_taken == 0 || clock.GetElapsedTime(_began, now) >= Second)
            {
                (_began, _taken) = (now, 0);
            }

            if (_taken < LinesASecond)
            {
                _taken++;
                return true;
            }

            if (_left++ == 0)
            {
                _ = TellLaterAsync();
            }

            return false;
        }
    }

    private async Task TellLaterAsync()
    {
        await Task.Delay(Second, clock).ConfigureAwait(false);
        long count;

        lock (_gate)
        {
            (count, _left) = (_left, 0);
        }

        leftOut(count);
    }
}
