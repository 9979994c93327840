using System.Diagnostics;
using System.Diagnostics.Metrics;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TestBed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace InferenceTracing.ModelServer.Tests.Batching;

public sealed class DynamicBatcherTests(UntrainedRepository repository)
{
    private static readonly ModelMetadata Model = new("mobilenetv2", "1", "onnx_onnxv1", ClassLabels.None, Untrained: true);

    [Fact]
    public async Task TryEnqueueAsync_OneRequest_AnswersProbabilitiesAndTimes()
    {
        using var batcher = Start(new BatchingOptions());
        using var images = Photograph(2);

        var prediction = await batcher.TryEnqueueAsync(images, In(10), CancellationToken.None)!;

        Assert.Equal((2, 1000), (prediction.Count, prediction.Classes));
        Assert.Equal(1, prediction.Row(0).ToArray().Sum(), 3);
        Assert.Equal(2, prediction.Parameters["batch_size"]);
        Assert.InRange((double)prediction.Parameters["run_ms"], 0.1, 10_000);
        Assert.InRange((double)prediction.Parameters["queue_ms"], 0, 10_000);
        await batcher.DrainAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TryEnqueueAsync_ThreeWait_ShareARunAndGetTheirOwnAnswers()
    {
        using var batcher = Start(new BatchingOptions { MaxBatch = 3, MaxDelay = TimeSpan.FromSeconds(20) });
        var images = Enumerable.Range(0, 3).Select(i => Photograph(1, seed: i)).ToList();

        var together = await Task.WhenAll(images.Select(image => batcher.TryEnqueueAsync(image, In(10), CancellationToken.None)!));

        Assert.All(together, prediction => Assert.Equal(3, prediction.Parameters["batch_size"]));

        for (var i = 0; i < images.Count; i++)
        {
            var alone = new float[1000];
            repository.Network.Run([images[i]], 1, alone);
            Assert.All(Enumerable.Range(0, 1000), c => Assert.Equal(alone[c], together[i].Row(0)[c], 4));
        }

        await batcher.DrainAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TryEnqueueAsync_BatchMates_HaveSpansInTheirOwnTracesLinkedToEachOther()
    {
        using var spans = new EndedSpans();
        using var batcher = Start(new BatchingOptions { MaxBatch = 2, MaxDelay = TimeSpan.FromSeconds(20) });
        using var images = Photograph();
        var servers = new List<Activity>();
        var answers = new List<Task<Prediction>>();

        for (var i = 0; i < 2; i++)
        {
            var server = EndedSpans.Server();
            servers.Add(server);
            answers.Add(batcher.TryEnqueueAsync(images, In(10), CancellationToken.None)!);
            Assert.Same(server, Activity.Current);
            Activity.Current = null;
        }

        await Task.WhenAll(answers);

        var runs = servers.Select(server => spans.Of(server.TraceId).Single(span => span.OperationName == "inference.run")).ToList();
        Assert.Equal(servers.Select(server => server.SpanId), runs.Select(run => run.ParentSpanId));
        Assert.Equal([runs[1].Context], runs[0].Links.Select(link => link.Context));
        Assert.Equal([runs[0].Context], runs[1].Links.Select(link => link.Context));
        Assert.All(runs, run => Assert.Equal(2, run.GetTagItem("inference.batch.size")));
        Assert.All(runs, run => Assert.Equal("mobilenetv2", run.GetTagItem("inference.model.name")));

        foreach (var (server, run) in servers.Zip(runs))
        {
            var queue = spans.Of(server.TraceId).Single(span => span.OperationName == "inference.queue");
            Assert.Equal(server.SpanId, queue.ParentSpanId);
            Assert.True(queue.StartTimeUtc + queue.Duration <= run.StartTimeUtc + TimeSpan.FromMilliseconds(1));
        }

        await batcher.DrainAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TryEnqueueAsync_QueueFull_RefusesWithRetryAfter()
    {
        using var spans = new EndedSpans();
        using var batcher = Start(new BatchingOptions { MaxBatch = 1, QueueLimit = 2 });
        using var images = Photograph();
        var server = EndedSpans.Server();

        var answers = Enumerable.Range(0, 40).Select(_ => batcher.TryEnqueueAsync(images, In(10), CancellationToken.None)!).ToList();
        await Task.WhenAll(answers).ContinueWith(_ => { }, TaskScheduler.Default);

        var refusals = answers.Where(answer => answer.IsFaulted).Select(answer => answer.Exception!.InnerException).Cast<InferenceException>().ToList();
        Assert.InRange(refusals.Count, 30, 39);
        Assert.All(refusals, refusal => Assert.Equal((503, "queue_full"), (refusal.Status, refusal.Reason)));
        Assert.All(refusals, refusal => Assert.NotNull(refusal.RetryAfter));
        Assert.Equal(refusals.Count, spans.Of(server.TraceId).Count(span =>
            span.OperationName == "inference.queue" && "queue_full".Equals(span.GetTagItem("error.type"))));
        await batcher.DrainAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TryEnqueueAsync_DeadlinePassesInTheQueue_IsDroppedBeforeItsRun()
    {
        using var spans = new EndedSpans();
        using var batcher = Start(new BatchingOptions { MaxBatch = 16, MaxDelay = TimeSpan.Zero });
        using var many = Photograph(16);
        using var one = Photograph();
        var server = EndedSpans.Server();

        var busy = batcher.TryEnqueueAsync(many, In(10), CancellationToken.None)!;
        var late = batcher.TryEnqueueAsync(one, In(0.001), CancellationToken.None)!;
        var failure = await Assert.ThrowsAsync<InferenceException>(() => late);
        await busy;

        Assert.Equal((504, "deadline_exceeded"), (failure.Status, failure.Reason));
        Assert.Single(spans.Of(server.TraceId), span => span.OperationName == "inference.run");
        await batcher.DrainAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TryEnqueueAsync_CallerGivesUpWhileItWaits_EndsAtOnceAndNeverRuns()
    {
        using var spans = new EndedSpans();
        using var batcher = Start(new BatchingOptions { MaxBatch = 16 });
        using var gone = new CancellationTokenSource();
        using var many = Photograph(16);
        using var one = Photograph();
        var server = EndedSpans.Server();

        var busy = batcher.TryEnqueueAsync(many, In(10), CancellationToken.None)!;
        var waiting = batcher.TryEnqueueAsync(one, In(10), gone.Token)!;
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await busy;
        await batcher.DrainAsync(CancellationToken.None);
        Assert.Single(spans.Of(server.TraceId), span => span.OperationName == "inference.run");
        Assert.Single(spans.Of(server.TraceId), span => "cancelled".Equals(span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task DrainAsync_RequestsWait_AnswersThemAndTakesNoMore()
    {
        using var batcher = Start(new BatchingOptions { MaxBatch = 1 });
        using var images = Photograph();
        var waiting = Enumerable.Range(0, 8).Select(_ => batcher.TryEnqueueAsync(images, In(10), CancellationToken.None)!).ToList();

        await batcher.DrainAsync(CancellationToken.None);

        Assert.All(waiting, answer => Assert.True(answer.IsCompletedSuccessfully));
        Assert.False(batcher.IsOpen);
        Assert.True(batcher.IsDrained);
        Assert.Null(batcher.TryEnqueueAsync(images, In(10), CancellationToken.None));
    }

    [Fact]
    public async Task TryEnqueueAsync_TensorWasGivenBackTooEarly_FailsTheRunAndGoesOn()
    {
        using var spans = new EndedSpans();
        using var batcher = Start(new BatchingOptions());
        var images = Photograph();
        images.Dispose();
        var server = EndedSpans.Server();

        var failure = await Assert.ThrowsAsync<InferenceException>(() => batcher.TryEnqueueAsync(images, In(10), CancellationToken.None)!);

        Assert.Equal((503, "model_failed"), (failure.Status, failure.Reason));
        Assert.Equal(ActivityStatusCode.Error, spans.Of(server.TraceId).Single(span => span.OperationName == "inference.run").Status);
        using var good = Photograph();
        Assert.Equal(1, (await batcher.TryEnqueueAsync(good, In(10), CancellationToken.None)!).Count);
        await batcher.DrainAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TryEnqueueAsync_ManyCallersTwoRunners_AnswersAll()
    {
        using var batcher = Start(new BatchingOptions { MaxBatch = 4, Runners = 2, QueueLimit = 1000 });

        var counts = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            using var images = Photograph(1 + (i % 3), i);
            var prediction = await batcher.TryEnqueueAsync(images, In(60), CancellationToken.None)!;
            Assert.InRange((int)prediction.Parameters["batch_size"], 1, 4);
            return prediction.Count;
        })));

        Assert.Equal(Enumerable.Range(0, 60).Select(i => 1 + (i % 3)), counts);
        await batcher.DrainAsync(CancellationToken.None);
    }

    /// <summary>Whoever sends elsewhere by readiness is to do so once refusals go on; a moment's peak is none.</summary>
    [Fact]
    public async Task FullFor_RefusalsGoOn_GrowsUntilTheQueueHasRoom()
    {
        using var batcher = Start(new BatchingOptions { MaxBatch = 1, QueueLimit = 4 });
        using var images = Photograph(16);
        Assert.Equal(TimeSpan.Zero, batcher.FullFor);

        var answers = Enumerable.Range(0, 12).Select(_ => batcher.TryEnqueueAsync(images, In(30), CancellationToken.None)!).ToList();
        var full = batcher.FullFor;
        await batcher.DrainAsync(CancellationToken.None);
        await Task.WhenAll(answers).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.True(full > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, batcher.FullFor);
    }

    /// <summary>What an edge has judged afterwards takes what is left, however early it came.</summary>
    [Fact]
    public async Task TryEnqueueAsync_BackgroundCameFirst_RunsAfterAllThatSomebodyWaitsFor()
    {
        using var batcher = Start(new BatchingOptions { MaxBatch = 1 });
        using var many = Photograph(16);
        using var one = Photograph();
        var busy = batcher.TryEnqueueAsync(many, In(60), CancellationToken.None)!;

        var background = Enumerable.Range(0, 2).Select(_ => batcher.TryEnqueueAsync(one, In(60).InBackground(), CancellationToken.None)!).ToList();
        var live = Enumerable.Range(0, 2).Select(_ => batcher.TryEnqueueAsync(one, In(60), CancellationToken.None)!).ToList();
        await busy;

        var (first, last) = (await Task.WhenAll(live), await Task.WhenAll(background));
        Assert.True(first.Max(Queued) < last.Min(Queued));
        await batcher.DrainAsync(CancellationToken.None);

        static double Queued(Prediction prediction) => (double)prediction.Parameters["queue_ms"];
    }

    [Fact]
    public async Task TryEnqueueAsync_BackgroundHasHalfTheQueue_IsRefusedAndLiveRequestsAreNot()
    {
        using var batcher = Start(new BatchingOptions { MaxBatch = 1, QueueLimit = 4 });
        using var many = Photograph(16);
        using var one = Photograph();
        var busy = batcher.TryEnqueueAsync(many, In(60), CancellationToken.None)!;
        await Patience.UntilAsync(() => Task.FromResult(batcher.QueueLength), length => length == 0);

        var background = Enumerable.Range(0, 3).Select(_ => batcher.TryEnqueueAsync(one, In(60).InBackground(), CancellationToken.None)!).ToList();
        var live = Enumerable.Range(0, 2).Select(_ => batcher.TryEnqueueAsync(one, In(60), CancellationToken.None)!).ToList();

        var refusal = await Assert.ThrowsAsync<InferenceException>(() => background[2]);
        Assert.Equal((503, "queue_full", TimeSpan.FromSeconds(1)), (refusal.Status, refusal.Reason, refusal.RetryAfter));
        await Task.WhenAll([busy, .. live, .. background[..2]]);
        await batcher.DrainAsync(CancellationToken.None);
    }

    private DynamicBatcher Start(BatchingOptions options, TimeProvider? clock = null) =>
        new(repository.Network, Model, options, options.MaxBatch, new BatchMetrics(Meters(), new InferenceStatistics(TimeProvider.System)), clock ?? TimeProvider.System, NullLogger.Instance);

    private static IMeterFactory Meters() =>
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static Deadline In(double seconds) => Deadline.After(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    private static PixelTensor Photograph(int count = 1, int seed = 1)
    {
        var images = PixelTensor.Rent(count);
        new Random(seed).NextBytes(images.Span);
        return images;
    }
}
