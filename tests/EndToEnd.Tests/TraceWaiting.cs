using InferenceTracing.TraceCheck;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>Waits for traces, which arrive a little after their answers.</summary>
internal static class TraceWaiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<IReadOnlyList<TraceSpan>> WaitForCompleteTraceAsync(this RunningSystem system, string traceId) =>
        system.WaitForTraceAsync(traceId, system.Shape.IsComplete);

    public static Task<IReadOnlyList<TraceSpan>> WaitForTraceAsync(
        this RunningSystem system, string traceId, Func<IReadOnlyList<TraceSpan>, bool> until) =>
        system.Traces.WaitForTraceAsync(traceId, until, Patience, TestContext.Current.CancellationToken);

    /// <summary>The one span of that service and name.</summary>
    public static TraceSpan One(this IEnumerable<TraceSpan> spans, string service, string name, string kind) =>
        Assert.Single(spans, span => span.Service == service && span.Name == name && span.Kind == kind);
}
