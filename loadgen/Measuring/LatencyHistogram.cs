using System.Numerics;

namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>
/// Counts durations in buckets whose width grows with the duration, as HdrHistogram does: each power of two of microseconds is split into
/// <see cref="SubBuckets"/> equal buckets, so the middle of a bucket is within 1/256 (0.4 %) of whatever fell into it. Its memory is the same after
/// one value and after a thousand million; two of them add up to the histogram of both. Not thread-safe.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBuckets = 128;
    private const int SubBucketBits = 7;
    private const int LargestBit = 36;

    // The first SubBuckets counts hold 0 … 127 µs one by one; each of the following groups holds one power of two.
    private readonly long[] _counts = new long[SubBuckets * (LargestBit - SubBucketBits + 2)];
    private long _sumMicroseconds;

    /// <summary>Durations above this (38 hours) count as this.</summary>
    public static TimeSpan Largest { get; } = TimeSpan.FromMicroseconds((1L << (LargestBit + 1)) - 1);

    public long Count { get; private set; }

    /// <summary>Exact; zero where nothing was recorded.</summary>
    public TimeSpan Min { get; private set; }

    /// <summary>Exact; zero where nothing was recorded.</summary>
    public TimeSpan Max { get; private set; }

    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds((double)_sumMicroseconds / Count);

    public void Record(TimeSpan duration)
    {
        var clamped = duration < TimeSpan.Zero ? TimeSpan.Zero : duration > Largest ? Largest : duration;
        var microseconds = clamped.Ticks / TimeSpan.TicksPerMicrosecond;

        _counts[IndexOf(microseconds)]++;
        _sumMicroseconds += microseconds;
        Min = Count == 0 || clamped < Min ? clamped : Min;
        Max = clamped > Max ? clamped : Max;
        Count++;
    }

    /// <summary>Adds what <paramref name="other"/> has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        if (other.Count == 0)
        {
            return;
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _sumMicroseconds += other._sumMicroseconds;
        Min = Count == 0 || other.Min < Min ? other.Min : Min;
        Max = other.Max > Max ? other.Max : Max;
        Count += other.Count;
    }

    /// <summary>The smallest duration that at least <paramref name="percent"/> of all are not above (nearest rank), within 0.4 %.</summary>
    /// <param name="percent">0 … 100.</param>
    public TimeSpan Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);

        var rank = Math.Max(1, (long)Math.Ceiling(percent / 100 * Count));
        var seen = 0L;

        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];

            if (seen >= rank)
            {
                // The middle of the bucket, but never outside what was really seen.
                var middle = TimeSpan.FromMicroseconds(MiddleOf(i));
                return middle < Min ? Min : middle > Max ? Max : middle;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>The buckets in which there is something, smallest first: their middle, and how many fell into them.</summary>
    public IEnumerable<(TimeSpan Middle, long Count)> Buckets() =>
        _counts.Index().Where(bucket => bucket.Item > 0).Select(bucket => (TimeSpan.FromMicroseconds(MiddleOf(bucket.Index)), bucket.Item));

    private static int IndexOf(long microseconds)
    {
        if (microseconds < SubBuckets)
        {
            return (int)microseconds;
        }

        var bit = BitOperations.Log2((ulong)microseconds);
        var group = bit - SubBucketBits;
        return (SubBuckets * (group + 1)) + (int)(microseconds >> group) - SubBuckets;
    }

    private static double MiddleOf(int index)
    {
        if (index < SubBuckets)
        {
            return index;
        }

        var group = (index / SubBuckets) - 1;
        var lower = (long)((index % SubBuckets) + SubBuckets) << group;
        return lower + (((1L << group) - 1) / 2.0);
    }
}
