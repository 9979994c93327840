namespace InferenceTracing.Drills.Faults;

/// <summary>What was measured around a fault.</summary>
/// <param name="Answers">What became of each photograph of the steady load.</param>
/// <param name="Broken">When it began.</param>
/// <param name="Mended">When it ended.</param>
/// <param name="Traces">Which traces of the steady load came to the store.</param>
/// <param name="Refusals">When each photograph that was not answered was sent, and a service that it had come to.</param>
/// <param name="Memory">Of the process that is watched.</param>
internal sealed record FaultFigures(
    IReadOnlyCollection<PhotoAnswer> Answers, DateTimeOffset Broken, DateTimeOffset Mended, TraceCount Traces, IReadOnlyList<(DateTimeOffset At, string Service)> Refusals, WatchedMemory Memory)
{
    public IReadOnlyList<PhotoAnswer> Before { get; } = [.. Answers.Where(answer => answer.At < Broken)];

    public IReadOnlyList<PhotoAnswer> During { get; } = [.. Answers.Where(answer => answer.At >= Broken && answer.At < Mended)];

    public int Answered => Answers.Count(answer => answer.Status == 200);

    /// <summary>503, 504, or nobody there to ask.</summary>
    public int Refused => Answers.Count(answer => answer.IsRefused);

    /// <summary>Everything else: what no caller expects.</summary>
    public int Failed => Answers.Count - Answered - Refused;

    public int LostTraces => Traces.Lost.Count + Traces.Broken.Count;

    public TimeSpan UsualP95 => P95(Before);

    public TimeSpan P95During => P95(During);

    /// <summary>Of those sent while it went on.</summary>
    public double ShareAnswered => During.Count == 0 ? 1 : During.Count(answer => answer.Status == 200) / (double)During.Count;

    /// <summary>Of the photographs that were answered; zero where none was.</summary>
    private static TimeSpan P95(IEnumerable<PhotoAnswer> answers)
    {
        var times = answers.Where(answer => answer.Status == 200).Select(answer => answer.Elapsed).Order().ToList();
        return times.Count == 0 ? TimeSpan.Zero : times[Math.Max(0, (int)Math.Ceiling(0.95 * times.Count) - 1)];
    }
}

/// <summary>Memory of a process as the kernel counts it.</summary>
/// <param name="Peak">The most that was resident since the fault began, in bytes.</param>
/// <param name="After">What is resident when all is over, in bytes.</param>
/// <param name="Ended">It is another process by now than the one it was: what happened to that one.</param>
internal sealed record WatchedMemory(long Peak, long After, string? Ended);
