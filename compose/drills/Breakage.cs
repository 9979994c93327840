namespace InferenceTracing.Drills;

/// <summary>How a system is broken while photographs keep coming, and mended again.</summary>
/// <param name="Name">What the lines it prints begin with.</param>
/// <param name="BreakAsync">Breaks it.</param>
/// <param name="MendAsync">Mends it; also after a break that was interrupted.</param>
/// <param name="Around">How long photographs come before and after.</param>
/// <param name="Outage">How long it stays broken.</param>
internal sealed record Breakage(
    string Name, Func<CancellationToken, Task> BreakAsync, Func<CancellationToken, Task> MendAsync, TimeSpan Around, TimeSpan Outage)
{
    /// <summary>When it was broken, and when mended.</summary>
    public async Task<(DateTimeOffset Broken, DateTimeOffset Mended)> RunAsync(
        PhotoLoad load, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = load.RunAsync(stop.Token);
        DateTimeOffset broken, mended;

        try
        {
            await Task.Delay(Around, clock, cancellationToken);
            await output.WriteLineAsync($"{Name}: breaking it, {load.Answers.Count} photographs answered so far");
            broken = clock.GetUtcNow();
            await BreakAsync(cancellationToken);
            await Task.Delay(Outage, clock, cancellationToken);
        }
        finally
        {
            // However the drill ends, the system is left whole.
            await MendAsync(CancellationToken.None);
            mended = clock.GetUtcNow();
        }

        await output.WriteLineAsync($"{Name}: mended after {(mended - broken).TotalSeconds:0} s");
        await Task.Delay(Around, clock, cancellationToken);
        await stop.CancelAsync();
        await sending;
        return (broken, mended);
    }
}
