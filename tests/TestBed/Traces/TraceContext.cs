using System.Diagnostics;

namespace InferenceTracing.TestBed.Traces;

/// <summary>Trace ids of the tests' own, so that each finds its spans among the others'.</summary>
internal static class TraceContext
{
    public static string NewTraceId() => ActivityTraceId.CreateRandom().ToHexString();

    /// <summary>A <c>traceparent</c> of that trace with a random parent.</summary>
    public static string Parent(string traceId, bool sampled = true) =>
        $"00-{traceId}-{ActivitySpanId.CreateRandom().ToHexString()}-{(sampled ? "01" : "00")}";
}
