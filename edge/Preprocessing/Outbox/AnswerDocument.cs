using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Classification;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>An answer that is or was in the outbox, as <c>GET /v1/answers/{traceId}</c> gives it and the webhook is told it.</summary>
/// <param name="TraceId">The trace of the request, which names the answer.</param>
/// <param name="Kind"><c>provisional</c> or <c>audit</c>.</param>
/// <param name="State"><c>pending</c>, <c>judged</c> or <c>expired</c>.</param>
/// <param name="Answered">When the edge answered.</param>
/// <param name="First">What the edge answered.</param>
/// <param name="Final">What the cluster made of it; null until it is judged.</param>
internal sealed record AnswerDocument(string TraceId, string Kind, string State, DateTimeOffset Answered, FirstAnswer First, FinalAnswer? Final);

/// <summary>The edge's own answer: why it answered, with which model, and its likeliest classes.</summary>
internal sealed record FirstAnswer(string DecidedBy, string Why, string Model, string Label, int Class, float Probability, IReadOnlyList<NamedClass> Top);

/// <summary>The cluster's answer, whether it is the same class, and the trace in which it was given.</summary>
internal sealed record FinalAnswer(
    string Label, int Class, float Probability, IReadOnlyList<NamedClass> Top, IReadOnlyList<Vote> Votes, bool Agreed, DateTimeOffset Judged, TraceReference? Trace);

/// <summary>What <c>GET /v1/outbox</c> gives: counts since the file was made, what is in it, and how often edge and cluster agreed over the last audited answers.</summary>
internal sealed record OutboxDocument(
    long Pending, long Judged, long Agreed, long Changed, long Dropped, long Bytes, long LimitBytes, DateTimeOffset? Oldest, double? Agreement, int Audited, string Circuit);
