using System.Collections.Concurrent;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills.Outages;

/// <summary>What became of the answers that were handed to the outbox.</summary>
/// <param name="Queued">How many there were.</param>
/// <param name="Unjudged">How many the edge has no judgement of.</param>
/// <param name="Twice">How many were judged more than once, as the traces say.</param>
/// <param name="Broken">Traces of provisional answers, and of their judgements, that are not whole, with the first thing that is wrong.</param>
internal sealed record JudgementCount(int Queued, int Unjudged, int Twice, IReadOnlyList<string> Broken)
{
    private const int AtOnce = 8;

    // Spans that the edge gave up meanwhile come from its disk, up to a minute later.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <param name="system">Who judged.</param>
    /// <param name="answers">What was sent.</param>
    /// <param name="readTraces">False where spans were killed with their process, and would be waited for in vain.</param>
    /// <param name="clock">For the patience.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<JudgementCount> TakeAsync(
        OutageSystem system, IReadOnlyCollection<PhotoAnswer> answers, bool readTraces, TimeProvider clock, CancellationToken cancellationToken)
    {
        List<string> queued = [.. answers.Where(answer => answer.Queued).Select(answer => answer.TraceId!)];
        var judged = new ConcurrentDictionary<string, string>();

        await Parallel.ForEachAsync(queued, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (answer, token) =>
        {
            if (await system.JudgementAsync(answer, token) is { } judgement)
            {
                judged[answer] = judgement;
            }
        });

        var traces = new JaegerClient(system.Store, clock);
        var first = RequestTrace.Of(system.Plan.Members);
        var later = RequestTrace.OfJudgement(system.Plan.Members);
        var broken = !readTraces ? [] : await BrokenAsync(traces, [.. queued.Select(answer => (answer, first)), .. judged.Values.Select(judgement => (judgement, later))], clock, cancellationToken);
        var found = await system.JudgementsAsync(answers.Min(answer => answer.At), clock.GetUtcNow(), cancellationToken);
        return new JudgementCount(queued.Count, queued.Count - judged.Count, queued.Count(answer => found.GetValueOrDefault(answer) > 1), broken);
    }

    /// <summary>Round by round: what is whole is done with, what is not is asked for again.</summary>
    private static async Task<IReadOnlyList<string>> BrokenAsync(
        JaegerClient traces, IReadOnlyList<(string Trace, RequestTrace Shape)> open, TimeProvider clock, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();

        while (true)
        {
            var broken = new ConcurrentBag<((string Trace, RequestTrace Shape) Each, string Problem)>();

            await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (each, token) =>
            {
                if (each.Shape.Problems(await traces.GetTraceAsync(each.Trace, token)) is [var problem, ..])
                {
                    broken.Add((each, problem));
                }
            });

            if (broken.IsEmpty || clock.GetElapsedTime(began) > Patience)
            {
                return [.. broken.Select(one => $"{one.Each.Trace}: {one.Problem}")];
            }

            open = [.. broken.Select(one => one.Each)];
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }
}
