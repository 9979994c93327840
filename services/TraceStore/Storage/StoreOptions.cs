using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The settings under <c>Store</c>: how much is kept. Whatever is reached first evicts the oldest traces.</summary>
internal sealed class StoreOptions
{
    public const string Section = "Store";

    /// <summary>Memory of all traces together, in bytes (an estimate on the high side).</summary>
    [Range(1 << 16, 1L << 40)]
    public long MaxBytes { get; init; } = 256 << 20;

    /// <summary>Traces kept.</summary>
    [Range(1, 10_000_000)]
    public int MaxTraces { get; init; } = 50_000;

    /// <summary>Spans of one trace; the rest are rejected, so that a runaway trace cannot evict all the others.</summary>
    [Range(1, 1_000_000)]
    public int MaxSpansPerTrace { get; init; } = 20_000;

    /// <summary>Memory of one trace, in bytes, with the same effect.</summary>
    [Range(1 << 14, 1L << 40)]
    public long MaxTraceBytes { get; init; } = 32 << 20;

    /// <summary>Traces one search may answer, whatever limit it asks for.</summary>
    [Range(1, 100_000)]
    public int MaxSearchResults { get; init; } = 1_500;
}
