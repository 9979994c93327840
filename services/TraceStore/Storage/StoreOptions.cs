using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The settings under <c>Store</c>: where traces are kept, how safely and how many.</summary>
internal sealed class StoreOptions
{
    public const string Section = "Store";

    /// <summary>The folder of <c>traces.db</c>, made if need be. Without effect where the durability is <see cref="Storage.Durability.Memory"/>.</summary>
    [Required]
    public string Folder { get; init; } = "data";

    /// <summary>When an export is acknowledged.</summary>
    [EnumDataType(typeof(Durability))]
    public Durability Durability { get; init; } = Durability.Normal;

    /// <summary>Bytes of the file; beyond them the oldest traces go.</summary>
    [Range(1 << 20, 1L << 44)]
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>How long a trace is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00")]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Spans of one trace; the rest are rejected, so that a runaway trace cannot evict all the others.</summary>
    [Range(1, 1_000_000)]
    public int MaxSpansPerTrace { get; init; } = 20_000;

    /// <summary>Bytes of one trace in the file, with the same effect.</summary>
    [Range(1 << 14, 1L << 40)]
    public long MaxTraceBytes { get; init; } = 32 << 20;

    /// <summary>Traces one search may answer, whatever limit it asks for.</summary>
    [Range(1, 100_000)]
    public int MaxSearchResults { get; init; } = 1_500;
}

/// <summary>What an acknowledged span survives.</summary>
internal enum Durability
{
    /// <summary>The end of the process and of the machine's power: acknowledged when the disk has it.</summary>
    Full,

    /// <summary>The end of the process, however sudden. Without power the last seconds may go.</summary>
    Normal,

    /// <summary>Nothing: a temporary file that goes with the process.</summary>
    Memory,
}
