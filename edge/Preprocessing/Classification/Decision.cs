using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Voting;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>Whose answer it is, and why.</summary>
/// <param name="By"><c>cluster</c> or <c>edge</c>.</param>
/// <param name="Why">One of <see cref="Reasons"/>; null where the cluster answered that is always asked.</param>
/// <param name="Provisional">The cluster would have been asked, and could not be.</param>
/// <param name="Answer">The cluster's answer; null where it is the edge's.</param>
/// <param name="Vote">The edge's vote; null where none was taken.</param>
internal sealed record Decision(string By, string? Why, bool Provisional, ClassifiedAnswer? Answer, EdgeVote? Vote)
{
    public const string Cluster = "cluster", Edge = "edge";

    /// <summary>True when it is in the outbox, so that the cluster judges it afterwards.</summary>
    public bool Queued { get; init; }

    public static Decision OfCluster(ClassifiedAnswer answer, EdgeVote? vote) => new(Cluster, vote is null ? null : Reasons.Unsure, Provisional: false, answer, vote);

    public static Decision OfEdge(EdgeVote vote, string why, bool provisional = false) => new(Edge, why, provisional, Answer: null, vote);
}

/// <summary>Why who answered did.</summary>
internal static class Reasons
{
    /// <summary>The edge was sure.</summary>
    public const string Confident = "confident";

    /// <summary>It was not, so the cluster was asked.</summary>
    public const string Unsure = "unsure";

    /// <summary>The way to the cluster is lost.</summary>
    public const string ClusterUnreachable = "cluster_unreachable";

    /// <summary>The cluster did not answer in time.</summary>
    public const string Deadline = "deadline";

    /// <summary>The cluster had too much to do, or the edge had as much under way there as it may.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>The cluster refused for another reason; its span says which.</summary>
    public const string ClusterFailed = "cluster_failed";

    /// <summary>The cluster is never asked.</summary>
    public const string EdgeOnly = "edge_only";
}
