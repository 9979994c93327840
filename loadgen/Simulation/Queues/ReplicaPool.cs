namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>Replicas of a part; each visit goes to one of them by chance, as a Kubernetes Service sends it.</summary>
internal sealed class ReplicaPool
{
    private readonly Func<Station> _create;
    private readonly Random _random;
    private readonly List<Station> _stations = [];
    private double _workOfRemoved;
    private long _refusedByRemoved;

    /// <param name="replicas">At the beginning.</param>
    /// <param name="create">Makes one more.</param>
    /// <param name="random">Chance.</param>
    public ReplicaPool(int replicas, Func<Station> create, Random random)
    {
        (_create, _random) = (create, random);
        Resize(replicas);
    }

    public int Replicas => _stations.Count;

    /// <summary>Seconds of work that all of them have done, those removed since too.</summary>
    public double Worked => _workOfRemoved + _stations.Sum(station => station.Worked);

    public long Refused => _refusedByRemoved + _stations.Sum(station => station.Refused);

#pragma warning disable CA5394 // Chance, not secrecy.
    public Station Any() => _stations[_stations.Count == 1 ? 0 : _random.Next(_stations.Count)];
#pragma warning restore CA5394

    /// <summary>A removed replica ends what it has, unseen.</summary>
    public void Resize(int replicas)
    {
        while (_stations.Count < replicas)
        {
            _stations.Add(_create());
        }

        foreach (var removed in _stations[replicas..])
        {
            _workOfRemoved += removed.Worked;
            _refusedByRemoved += removed.Refused;
        }

        _stations.RemoveRange(replicas, _stations.Count - replicas);
    }
}
