using InferenceTracing.TraceStore.Jaeger;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary>
/// <c>GET /api/edge</c>, with the time of <c>/api/dependencies</c>: who answered at the edges that have a model of their own, and why; and how often the cluster agreed
/// when it judged their answers later. Our own, for the page of the system; empty where no edge has a model.
/// </summary>
internal static class EdgeAnswersEndpoint
{
    /// <summary>Of a small chart.</summary>
    private const int Points = 60;

    /// <summary>How many judgements an agreement is of, as the edge's own metric has it.</summary>
    private const int Last = 200;

    public static void MapEdgeAnswers(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api").AddEndpointFilter(JaegerV3Endpoints.ExplainAsync).MapGet("/edge", AnswersAsync);

    private static async Task<IResult> AnswersAsync(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var (from, end) = new LegacyParameters(request.Query, time).Window();
        var to = Math.Min(end, (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100);
        var step = Math.Max(1, (to - Math.Min(from, to)) / Points);
        var decided = await store.DecidedAsync(from, to, step, request.HttpContext.RequestAborted);
        var judged = await store.JudgedAsync(from, to, request.HttpContext.RequestAborted);

        return JsonAnswer.Of(new
        {
            // By name, so that no row changes its place while one looks.
            answers = decided.GroupBy(answers => (answers.DecidedBy, answers.Why)).OrderBy(group => group.Key)
                .Select(group => new { group.Key.DecidedBy, group.Key.Why, count = group.Sum(answers => answers.Count), steps = Steps(group) }),
            judgements = judged.GroupBy(answer => answer.Kind).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Judgements(group.Key, [.. group], from, step)),
        });
    }

    private static long[] Steps(IEnumerable<DecidedAnswers> answers)
    {
        var steps = new long[Points];

        foreach (var answer in answers)
        {
            // What is left over by the division belongs to the last.
            steps[Math.Min(answer.Step, Points - 1)] += answer.Count;
        }

        return steps;
    }

    /// <summary>The agreement at the end of each step, over the last judgements before it; null before the first.</summary>
    private static object Judgements(string kind, JudgedAnswer[] judged, ulong from, ulong step)
    {
        var before = 0;
        var shares = Enumerable.Range(1, Points).Select(point =>
        {
            while (before < judged.Length && (point == Points || judged[before].StartNanos < from + ((ulong)point * step)))
            {
                before++;
            }

            return Share(judged.AsSpan(Math.Max(0, before - Last), Math.Min(before, Last)));
        }).ToArray();

        return new { kind, count = judged.Length, changed = judged.Count(answer => !answer.Agreed), of = Math.Min(judged.Length, Last), agreement = shares[^1], shares };
    }

    private static double? Share(ReadOnlySpan<JudgedAnswer> judged)
    {
        var agreed = 0;

        foreach (var answer in judged)
        {
            agreed += answer.Agreed ? 1 : 0;
        }

        return judged.IsEmpty ? null : (double)agreed / judged.Length;
    }
}
