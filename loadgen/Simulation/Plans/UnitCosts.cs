using System.Text.Json.Serialization;

namespace InferenceTracing.LoadGenerator.Simulation.Plans;

/// <summary>
/// What one photograph costs each part, as <c>tests/Benchmarks units --out</c> writes it: times are of one core, in milliseconds in the file. The rest of the
/// simulation is arithmetic over these.
/// </summary>
internal sealed record UnitCosts
{
    /// <summary>The machine that it was measured on; whoever simulates another one says so.</summary>
    public string? Machine { get; init; }

    /// <summary>
    /// What a photograph takes of a machine that has hardly anything to do beyond all this: threads wake for every piece of work, look for more of it and go back to sleep. The other times
    /// are those of a machine all of whose cores are busy; between the two it is a straight line over the share of the cores that are busy.
    /// </summary>
    public ServiceTime Waking { get; init; } = ServiceTime.Fixed(0);

    /// <summary>The sender's, where it shares the machine with what it asks.</summary>
    public ServiceTime Client { get; init; } = ServiceTime.Fixed(0);

    public required EdgeCosts Edge { get; init; }

    /// <summary>A request through the gateway, there and back.</summary>
    public required ServiceTime Gateway { get; init; }

    /// <summary>A request that the gateway turns away.</summary>
    public ServiceTime GatewayRefusal { get; init; } = ServiceTime.Fixed(0.0002);

    public required ServiceTime Ensemble { get; init; }

    public required IReadOnlyDictionary<string, MemberCosts> Members { get; init; }

    /// <summary>A span through a collector, and into the store.</summary>
    public required ServiceTime CollectorSpan { get; init; }

    public required ServiceTime StoreSpan { get; init; }

    /// <summary>Time on a network between two parts that neither is busy with: sockets, wake-ups.</summary>
    public ServiceTime Hop { get; init; } = ServiceTime.Fixed(0);

    /// <summary>Of a request to the cluster, with its headers.</summary>
    public required double RequestBytes { get; init; }

    /// <summary>Of a photograph's trace: all spans, and those made at the edge.</summary>
    public required int Spans { get; init; }

    public required int EdgeSpans { get; init; }

    /// <summary>Of a span on the way, and kept.</summary>
    public required double SpanBytes { get; init; }

    public required double StoredSpanBytes { get; init; }

    /// <summary>What edges cost by being there; null where it was not measured.</summary>
    public PresenceCosts? Presence { get; init; }

    /// <summary>Pieces of work that a photograph is: the sender's, three of the edge, the gateway's, the ensemble's and two of each member.</summary>
    [JsonIgnore]
    public int Pieces => 6 + (2 * Members.Count);

    /// <summary>What the cluster's parts take of a photograph, in seconds of one core; spans not counted.</summary>
    [JsonIgnore]
    public double ClusterSeconds => Gateway.Mean + Ensemble.Mean + Members.Values.Sum(member => member.Rest.Mean + member.Image.Mean);
}

/// <summary>The edge's.</summary>
internal sealed record EdgeCosts
{
    /// <summary>Everything but decoding: the upload, the request to the cluster, the answer.</summary>
    public required ServiceTime Rest { get; init; }

    public required ServiceTime Decode { get; init; }

    /// <summary>The edge's own model.</summary>
    public ServiceTime Vote { get; init; } = ServiceTime.Fixed(0);

    /// <summary>An answer of its own into the outbox.</summary>
    public ServiceTime Keep { get; init; } = ServiceTime.Fixed(0);

    /// <summary>Out of it again for the cluster to judge, and its judgement in; what is asked over the link is half of <see cref="Rest"/> beside it.</summary>
    public ServiceTime Judge { get; init; } = ServiceTime.Fixed(0);

    public ServiceTime Refusal { get; init; } = ServiceTime.Fixed(0);
}

/// <summary>What an edge costs the gateway without sending anything.</summary>
/// <param name="ConnectionBytes">Memory of an open connection on which nothing happens.</param>
/// <param name="KeyLookup">To find one key among a million.</param>
/// <param name="Handshake">A new TLS connection, both of its ends.</param>
internal sealed record PresenceCosts(double ConnectionBytes, ServiceTime KeyLookup, ServiceTime Handshake);

/// <summary>A model server's.</summary>
internal sealed record MemberCosts
{
    /// <summary>Outside the run.</summary>
    public required ServiceTime Rest { get; init; }

    /// <summary>An image that runs alone.</summary>
    public required ServiceTime Image { get; init; }

    /// <summary>What an image of a shared run costs beside one that runs alone, for two, four and eight of them; 1 where a run gains nothing.</summary>
    public IReadOnlyDictionary<int, double> Batches { get; init; } = new Dictionary<int, double>();

    /// <summary>By straight line between the measured sizes.</summary>
    public double Share(int images)
    {
        var (below, shareBelow) = (1, 1.0);

        foreach (var (size, share) in Batches.OrderBy(batch => batch.Key))
        {
            if (size >= images)
            {
                return size == below ? share : shareBelow + ((share - shareBelow) * (images - below) / (size - below));
            }

            (below, shareBelow) = (size, share);
        }

        return shareBelow;
    }
}
