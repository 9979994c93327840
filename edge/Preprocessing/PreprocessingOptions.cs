using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.Preprocessing;

/// <summary>The section <c>Preprocessing</c> of the settings.</summary>
internal sealed class PreprocessingOptions
{
    public const string Section = "Preprocessing";

    private const int PerCore = 16;

    /// <summary>From the end of the upload to the answer; a caller may ask for less with <c>x-request-timeout-ms</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that an upload may take; 408 then.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan UploadTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Bytes that uploads and decoding may take together; 0 means three quarters of what the process may use (a container's limit, less the quarter that .NET
    /// leaves to others).
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; init; }

    /// <summary>Photographs under way at once; 0 means 16 for each core the process may use.</summary>
    [Range(0, 100_000)]
    public int MaxInFlight { get; init; }

    /// <summary>Photographs that wait, read but not looked at, until one of those is answered; more are answered 503.</summary>
    [Range(0, 100_000)]
    public int QueueLimit { get; init; }

    /// <summary>Photographs decoded at once; 0 means one for each core the process may use.</summary>
    [Range(0, 1024)]
    public int DecodeSlots { get; init; }

    /// <summary>Classes in an answer.</summary>
    [Range(1, 1000)]
    public int Top { get; init; } = 5;

    /// <summary><see cref="MaxInFlight"/>, worked out.</summary>
    public int InFlightLimit => MaxInFlight > 0 ? MaxInFlight : PerCore * Environment.ProcessorCount;
}
