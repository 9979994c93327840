using System.Diagnostics;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Classification;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>What the cluster made of an answer of the edge's own.</summary>
/// <param name="Number">The answer's number in the file.</param>
/// <param name="Kind">Why it was judged.</param>
/// <param name="Top">The cluster's likeliest classes, best first.</param>
/// <param name="Votes">Each member's vote.</param>
/// <param name="Agreed">Whether the cluster gave it the same class.</param>
/// <param name="Judged">When, in UTC.</param>
/// <param name="TraceId">The trace of the judgement, in hex; null where tracing is off.</param>
internal sealed record Judgement(
    long Number, OutboxKind Kind, IReadOnlyList<NamedClass> Top, IReadOnlyList<Vote> Votes, bool Agreed, DateTimeOffset Judged, string? TraceId);

/// <summary>An answer that waits for its judgement.</summary>
/// <param name="Number">Its number in the file.</param>
/// <param name="Request">The request's span.</param>
/// <param name="Kind">Why it is judged.</param>
/// <param name="Label">What the edge called it.</param>
/// <param name="Class">The number of that class.</param>
internal sealed record PendingAnswer(long Number, ActivityContext Request, OutboxKind Kind, string Label, int Class);
