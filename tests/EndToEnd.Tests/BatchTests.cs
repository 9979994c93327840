namespace InferenceTracing.EndToEnd.Tests;

/// <summary>Requests that share a run of the network each keep a trace of their own, linked to the others'.</summary>
public sealed class BatchTests(RunningSystem system)
{
    [Fact]
    public async Task Trace_RequestsInOneBatch_EachHasItsOwnRunLinkedToTheOthers()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => system.Edge.PostAsync(Upload.Drawn)));
            var traces = await Task.WhenAll(answers.Select(answer => system.WaitForCompleteTraceAsync(answer.TraceId)));

            Assert.All(traces, trace => Assert.Empty(system.Shape.Problems(trace)));
            var runs = traces.SelectMany(trace => trace).Where(span => span.Name == "inference.run").ToList();
            var shared = runs.Where(run => run.Tags["inference.batch.size"] != "1").ToList();

            if (shared.Count == 0)
            {
                continue;
            }

            Assert.All(shared, run => Assert.Equal(run.Tags["inference.batch.size"], $"{run.Links.Count + 1}"));
            Assert.All(runs.Except(shared), run => Assert.Empty(run.Links));
            return;
        }

        Assert.Fail("No two of 240 requests shared a run.");
    }
}
