namespace InferenceTracing.LoadGenerator.Commands;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    /// <summary>Every requirement holds.</summary>
    public const int Met = 0;

    /// <summary>A requirement does not hold, or traces that were to be checked could not be.</summary>
    public const int Missed = 1;

    /// <summary>Nothing was measured: the settings are wrong, or nobody answers.</summary>
    public const int Usage = 2;
}
