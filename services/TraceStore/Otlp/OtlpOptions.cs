using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>The settings under <c>Otlp</c>: how much one sender may send.</summary>
internal sealed class OtlpOptions
{
    public const string Section = "Otlp";

    /// <summary>For what has passed the limits once.</summary>
    public static readonly OtlpOptions Unlimited = new()
    {
        MaxAttributes = int.MaxValue, MaxAttributeLength = int.MaxValue, MaxEvents = int.MaxValue, MaxLinks = int.MaxValue, MaxDepth = int.MaxValue,
    };

    /// <summary>One export request as it arrives, in bytes.</summary>
    [Range(1_024, 1 << 30)]
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>One export request unpacked, in bytes.</summary>
    [Range(1_024, 1 << 30)]
    public int MaxDecompressedBytes { get; init; } = 16 << 20;

    /// <summary>The memory of all requests that are being read or stored, in bytes; beyond it senders are told to come again.</summary>
    [Range(1_024, 1L << 40)]
    public long MaxBytesInFlight { get; init; } = 32 << 20;

    /// <summary>Attributes kept on one span, event, link, scope or resource, and items of one array; the rest count as dropped.</summary>
    [Range(1, 65_536)]
    public int MaxAttributes { get; init; } = 256;

    /// <summary>Characters (or bytes) kept of one name or value.</summary>
    [Range(16, 1 << 24)]
    public int MaxAttributeLength { get; init; } = 8_192;

    /// <summary>Events kept on one span.</summary>
    [Range(0, 65_536)]
    public int MaxEvents { get; init; } = 512;

    /// <summary>Links kept on one span.</summary>
    [Range(0, 65_536)]
    public int MaxLinks { get; init; } = 512;

    /// <summary>Arrays and maps within one value.</summary>
    [Range(1, 64)]
    public int MaxDepth { get; init; } = 16;
}
