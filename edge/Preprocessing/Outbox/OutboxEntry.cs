using System.Diagnostics;
using InferenceTracing.OpenInference.Client;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>An answer of the edge's own that the cluster is to judge.</summary>
/// <param name="Request">The request's span, whose trace id names the answer; the judgement's span is linked to it.</param>
/// <param name="Kind">Why it is judged.</param>
/// <param name="Why">Why the edge answered: <c>cluster_unreachable</c>, <c>confident</c> …</param>
/// <param name="Model">The edge's model.</param>
/// <param name="Top">Its likeliest classes, best first.</param>
/// <param name="Answered">When, in UTC.</param>
internal sealed record OutboxEntry(ActivityContext Request, OutboxKind Kind, string Why, string Model, IReadOnlyList<NamedClass> Top, DateTimeOffset Answered);

/// <summary>Why an answer is judged.</summary>
internal enum OutboxKind
{
    /// <summary>The cluster would have been asked, and could not be.</summary>
    Provisional,

    /// <summary>The edge was sure; one in so many is looked at all the same.</summary>
    Audit,
}

internal static class OutboxKinds
{
    /// <summary>How the kind is written: in the file, in the answer and on the span.</summary>
    public static string Name(this OutboxKind kind) => kind == OutboxKind.Audit ? "audit" : "provisional";
}
