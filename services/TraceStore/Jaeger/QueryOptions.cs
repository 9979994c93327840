using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>The settings under <c>Query</c>: how traces are shown (jaeger: cmd/jaeger/internal/extension/jaegerquery/config.go).</summary>
internal sealed class QueryOptions
{
    public const string Section = "Query";

    /// <summary>
    /// By how much at most a span is moved whose clock disagrees with its parent's: Jaeger's <c>max_clock_skew_adjust</c>. Zero, as there,
    /// moves none and says by how much it would have been.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan MaxClockSkewAdjust { get; init; }
}
