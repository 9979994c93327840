using InferenceTracing.Topology;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills;

/// <summary>Looks every trace up by its id until it is there, or patience ends: how many arrived, how many whole, which are missing.</summary>
/// <param name="Arrived">Traces with the edge's own span.</param>
/// <param name="Whole">Of the photographs that all members answered: traces with every span in its place.</param>
/// <param name="Lost">Ids of traces that did not arrive.</param>
/// <param name="Broken">Traces of answered photographs that arrived with spans missing, with the first thing that is wrong.</param>
internal sealed record TraceCount(int Arrived, int Whole, IReadOnlyList<string> Lost, IReadOnlyList<string> Broken)
{
    private const int AtOnce = 8;

    // How far a request that failed came differs; this much the edge has done for all that it has let in and had the time for.
    private static readonly string[] EdgeSpans = ["POST /preprocessing", "image.inspect", "image.preprocess"];

    private static readonly string[] RefusedBefore = ["too_busy", "deadline_exceeded"];

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<TraceCount> TakeAsync(
        JaegerClient traces, IEnumerable<PhotoAnswer> answers, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var open = answers.Where(answer => answer.TraceId is not null).ToList();
        var all = open.Count;
        var whole = 0;
        var problems = new Dictionary<string, string?>();

        // Round by round: what is there is done with, what is missing is asked for again.
        while (true)
        {
            var found = new System.Collections.Concurrent.ConcurrentDictionary<string, string?>();
            await Parallel.ForEachAsync(
                open,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (answer, token) => found[answer.TraceId!] = await ProblemAsync(traces, answer, token).ConfigureAwait(false)).ConfigureAwait(false);

            whole += open.Count(answer => found[answer.TraceId!] is null && IsFull(answer));
            open = [.. open.Where(answer => found[answer.TraceId!] is not null)];
            problems = found.Where(trace => trace.Value is not null).ToDictionary();

            if (open.Count == 0 || clock.GetElapsedTime(began) > patience)
            {
                break;
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }

        List<string> lost = [.. problems.Where(trace => trace.Value!.Length == 0).Select(trace => trace.Key)];
        List<string> broken = [.. problems.Where(trace => trace.Value!.Length > 0).Select(trace => $"{trace.Key}: {trace.Value}")];
        return new TraceCount(all - lost.Count, whole, lost, broken);
    }

    /// <summary>Null when the trace is as it should be; empty when it is not there; else what is wrong with it.</summary>
    private static async Task<string?> ProblemAsync(JaegerClient traces, PhotoAnswer answer, CancellationToken cancellationToken)
    {
        IReadOnlyList<TraceSpan> spans;

        try
        {
            spans = await traces.GetTraceAsync(answer.TraceId!, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            return $"cannot be read: {failure.Message}";
        }

        if (spans.Count == 0)
        {
            return "";
        }

        if (IsFull(answer))
        {
            return RequestTrace.Of(answer.Members).Problems(spans) is [var problem, ..] ? problem : null;
        }

        return EdgeSpans[..(RefusedBefore.Contains(answer.Reason) ? 1 : EdgeSpans.Length)]
            .Where(name => !spans.Any(span => span.Service == SystemParts.Preprocessing && span.Name == name))
            .Select(name => $"missing: {SystemParts.Preprocessing} {name}")
            .FirstOrDefault();
    }

    private static bool IsFull(PhotoAnswer answer) => answer is { Status: 200, Degraded: false };
}
