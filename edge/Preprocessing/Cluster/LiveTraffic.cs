namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>What live photographs ask of the cluster now, for whoever asks it something that can wait.</summary>
internal sealed class LiveTraffic(TimeProvider clock)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private readonly long _start = clock.GetTimestamp();
    private int _atCluster;
    private long _overloaded = long.MinValue;

    /// <summary>Live photographs that the cluster has not answered yet.</summary>
    public int AtCluster => Volatile.Read(ref _atCluster);

    /// <summary>Whether one was refused for overload in the last seconds.</summary>
    public bool IsOverloaded => Volatile.Read(ref _overloaded) is var refused and >= 0 && clock.GetElapsedTime(_start) - TimeSpan.FromTicks(refused) < Memory;

    /// <summary>A live photograph is at the cluster, until what is returned is disposed.</summary>
    public Visit Enter()
    {
        Interlocked.Increment(ref _atCluster);
        return new Visit(this);
    }

    /// <summary>A live photograph was refused because there is too much: at the cluster, or here.</summary>
    public void Overloaded() => Volatile.Write(ref _overloaded, clock.GetElapsedTime(_start).Ticks);

    /// <summary>One live photograph at the cluster.</summary>
    public readonly struct Visit(LiveTraffic traffic) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref traffic._atCluster);
    }
}
