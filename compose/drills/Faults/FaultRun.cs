using System.Globalization;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills.Faults;

/// <summary>A fault from start to end: load, break, wait, mend, count, judge.</summary>
internal static class FaultRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const int MostLookedAt = 500;
    private const int Calm = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static async Task<FaultResult> RunAsync(
        Fault fault, FaultSystem system, FaultScale scale, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        // On a machine that is busy with something else the drill would be about that.
        _ = await AnswersAsync(Calm, system, scale, clock, cancellationToken);
        await fault.PrepareAsync(system, scale, cancellationToken);
        var load = new PhotoLoad(system.Edge, scale.Rate, clock);
        var watched = system.BeginCounting(fault.Watched);
        using var end = new CancellationTokenSource();
        var breakage = new Breakage(fault.Name, token => fault.BeginAsync(new FaultStage(system, scale, load, end.Token), token), EndAsync, scale.Around, fault.Outage(scale));

        var (broken, mended) = await breakage.RunAsync(load, output, clock, cancellationToken);
        var isBack = await AnswersAsync(1, system, scale, clock, cancellationToken);
        var traces = await TraceCount.TakeAsync(new JaegerClient(system.Store, clock), load.Answers, scale.Patience, clock, cancellationToken);
        var refusals = await RefusalsAsync(new JaegerClient(system.Store, clock), load.Answers, cancellationToken);
        var figures = new FaultFigures(load.Answers, broken, mended, traces, refusals, system.Count(fault.Watched, watched));
        var result = new FaultResult(
            fault, fault.Load(scale), figures, [.. fault.Problems(figures), .. isBack ? Array.Empty<string>() : ["it does not come back"]], [.. fault.Delays(figures)]);
        await output.WriteLineAsync($"{fault.Name}: {result}");

        foreach (var example in Examples(figures))
        {
            await output.WriteLineAsync($"  {example}");
        }

        return result;

        async Task EndAsync(CancellationToken token)
        {
            await end.CancelAsync();
            await fault.EndAsync(system, token);
        }
    }

    /// <summary>Waits for so many photographs in a row that are answered with every vote; false where they do not come.</summary>
    private static async Task<bool> AnswersAsync(int inARow, FaultSystem system, FaultScale scale, TimeProvider clock, CancellationToken cancellationToken)
    {
        var load = new PhotoLoad(system.Edge, scale.Rate, clock);
        var began = clock.GetTimestamp();

        for (var answered = 0; answered < inARow;)
        {
            if (await load.SendAsync() is { Status: 200, Degraded: false })
            {
                answered++;
                continue;
            }

            if (clock.GetElapsedTime(began) > Patience)
            {
                return false;
            }

            answered = 0;
            await Task.Delay(Pause, clock, cancellationToken);
        }

        return true;
    }

    /// <summary>The services that a photograph has come to and has not been answered all the same, by their server spans.</summary>
    private static async Task<IReadOnlyList<(DateTimeOffset At, string Service)>> RefusalsAsync(
        JaegerClient traces, IEnumerable<PhotoAnswer> answers, CancellationToken cancellationToken)
    {
        var services = new List<(DateTimeOffset At, string Service)>();

        foreach (var answer in answers.Where(answer => answer.Status != 200 && answer.TraceId is not null).Take(MostLookedAt))
        {
            var spans = await traces.GetTraceAsync(answer.TraceId!, cancellationToken);
            services.AddRange(spans.Where(span => span.Kind == "server").Select(span => (answer.At, span.Service)).Distinct());
        }

        return services;
    }

    /// <summary>What a reader asks first: which refusals, what failed, and which spans are missing.</summary>
    private static IEnumerable<string> Examples(FaultFigures figures) =>
    [
        .. figures.Answers.Where(answer => answer.Status != 200).GroupBy(answer => $"{answer.Status} {answer.Reason}")
            .Select(same => $"{same.Count()} × {same.Key}, {Seconds(same.Min(answer => answer.At) - figures.Broken)} to {Seconds(same.Max(answer => answer.At) - figures.Broken)} s after it began"),
        .. figures.Traces.Broken.Take(3),
        .. figures.Traces.Lost.Take(3).Select(id => $"lost {id}"),
    ];

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}

/// <summary>What a fault cost, and what of it must not be.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="Load">What was sent meanwhile.</param>
/// <param name="Figures">What was measured.</param>
/// <param name="Problems">Of answers, traces and memory; none where all is well.</param>
/// <param name="Delays">Of time.</param>
internal sealed record FaultResult(Fault Fault, string Load, FaultFigures Figures, IReadOnlyList<string> Problems, IReadOnlyList<string> Delays)
{
    public bool Holds => Problems.Count == 0 && Delays.Count == 0;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Figures.Answers.Count} sent, {Figures.Answered} answered, {Figures.Refused} refused, {Figures.Failed} failed, {Figures.LostTraces} traces lost; {(Holds ? "holds" : string.Join("; ", Problems.Concat(Delays)))}");
}
