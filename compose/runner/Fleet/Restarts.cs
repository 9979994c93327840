namespace InferenceTracing.Runner.Fleet;

/// <summary>How often a service that dies is started again: one that dies each time at once must not keep the machine busy for ever.</summary>
/// <param name="FirstPause">After its first death; each further one doubles it.</param>
/// <param name="Most">Starts without a good stretch between them, after which it is given up.</param>
/// <param name="Settled">A good stretch: who has lived for so long dies for the first time again.</param>
internal sealed record Restarts(TimeSpan FirstPause, int Most, TimeSpan Settled)
{
    /// <summary>Five times, after 1, 2, 4, 8 and 16 seconds.</summary>
    public static Restarts Usual { get; } = new(TimeSpan.FromSeconds(1), 5, TimeSpan.FromMinutes(1));

    public TimeSpan PauseAfter(int death) => FirstPause * Math.Pow(2, death - 1);
}
