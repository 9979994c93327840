using System.Collections.Concurrent;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The load would make others' answers late, so it runs when they are done.</summary>
[CollectionDefinition(nameof(StageTests), DisableParallelization = true)]
public sealed class StageLoad;

/// <summary>Where every millisecond of a loaded edge went: the stages it tells of are all of the request, in its trace and in its answer.</summary>
[Collection(nameof(StageTests))]
public sealed class StageTests(RunningSystem system)
{
    private const int Requests = 1000;
    private const int AtOnce = 16;
    private const int Attempts = 50;
    private const double Untold = 0.02;

    private static readonly string[] Stages = ["upload", "queue", "inspect", "preprocess", "network", "ensemble"];

    [Fact]
    public async Task Stages_OfAThousandLoadedRequests_SumToTheDuration()
    {
        var answers = new ConcurrentBag<EdgeAnswer>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (_, _) => answers.Add(await AnsweredAsync()));
        var (stages, told, whole, waited) = (0.0, 0.0, 0.0, 0);

        foreach (var answer in answers)
        {
            var spans = await system.WaitForTraceAsync(answer.TraceId, HasEdge);
            var edge = spans.One("preprocessing", "POST /preprocessing", "server");
            var children = spans.Where(span => span.ParentId == edge.Id).ToList();
            var timings = answer.Body.GetProperty("timings");

            stages += children.Sum(span => span.Duration.TotalMilliseconds);
            told += Stages.Sum(stage => timings.GetProperty(stage).GetDouble());
            whole += edge.Duration.TotalMilliseconds;
            waited += children.Any(span => span.Name == "edge.queue") ? 1 : 0;
        }

        Assert.InRange(waited, 1, Requests);
        Assert.InRange(stages / whole, 1 - Untold, 1);
        Assert.InRange(told / whole, 1 - Untold, 1);
    }

    [Fact]
    public async Task Timings_OfAnAnswer_SumToTheTotal()
    {
        var timings = (await system.Edge.PostAsync(Upload.Drawn)).Body.GetProperty("timings");
        var total = timings.GetProperty("total").GetDouble();

        // Each is rounded to its last digit.
        Assert.InRange(Stages.Sum(stage => timings.GetProperty(stage).GetDouble()) / total, 0.999, 1.001);
    }

    private static bool HasEdge(IReadOnlyList<TraceSpan> spans) =>
        spans.FirstOrDefault(span => span is { Service: "preprocessing", Kind: "server" }) is { } edge
        && spans.Any(span => span.ParentId == edge.Id && span.Kind == "client");

    /// <summary>A machine that is busy with other things may refuse some.</summary>
    private async Task<EdgeAnswer> AnsweredAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await system.Edge.PostAsync(Upload.Drawn);

            if (answer.Status == 200 || attempt == Attempts)
            {
                Assert.Equal(200, answer.Status);
                return answer;
            }
        }
    }
}
