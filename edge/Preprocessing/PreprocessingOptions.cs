using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.Preprocessing;

/// <summary>The section <c>Preprocessing</c> of the settings.</summary>
internal sealed class PreprocessingOptions
{
    public const string Section = "Preprocessing";

    /// <summary>From the end of the upload to the answer; a caller may ask for less with <c>x-request-timeout-ms</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Photographs under way at once; 0 means 16 for each core the process may use.</summary>
    [Range(0, 100_000)]
    public int MaxInFlight { get; init; }

    /// <summary>Photographs that wait, before they are read, until one of those is answered; more are answered 503.</summary>
    [Range(0, 100_000)]
    public int QueueLimit { get; init; }

    /// <summary>Photographs decoded at once; 0 means one for each core the process may use.</summary>
    [Range(0, 1024)]
    public int DecodeSlots { get; init; }

    /// <summary>Classes in an answer.</summary>
    [Range(1, 1000)]
    public int Top { get; init; } = 5;
}
