using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.ServiceDefaults.Tracing;
using InferenceTracing.TestBed;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>The cluster judges what it was not asked: once, in order, out of the way.</summary>
public sealed class OutboxJudgeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("outbox-").FullName;
    private JudgingCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await JudgingCluster.StartAsync();

    [Fact]
    public async Task Judge_ClusterIsBack_JudgesEachOnceTheOldestFirst()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);
        outbox.Circuit.Open();
        var traces = new List<string>();

        for (var number = 0; number < 12; number++)
        {
            // Of each three the cluster will see one otherwise.
            traces.Add(await outbox.KeepAsync(first: number % 3 == 0 ? 99 : number, final: number));
        }

        Assert.Empty(_cluster.Asked);
        outbox.Circuit.Close();

        var counts = await outbox.UntilAsync(counts => counts.Pending == 0);
        Assert.Equal((12L, 8L, 4L, 0L, 0L), (counts.Judged, counts.Agreed, counts.Changed, counts.Dropped, counts.Bytes));
        Assert.Equal(Enumerable.Range(0, 12).Select(number => (byte)number), _cluster.Asked.Select(asked => asked.Class));
        Assert.Equal(12, _cluster.InBackground);
        using var photograph = Photograph.Of(11);
        Assert.Equal(Photograph.Sum(photograph.Span), _cluster.Asked[11].Sum);
        Assert.All(traces, (trace, number) => Assert.Equal((number, number % 3 != 0), (outbox.Reader.Find(trace)!.Final!.Class, outbox.Reader.Find(trace)!.Final!.Agreed)));
    }

    [Fact]
    public async Task Judge_AfterARestart_JudgesWhatWasLeft()
    {
        string trace;

        await using (var before = await RunningOutbox.StartAsync(_folder))
        {
            trace = await before.KeepAsync(5, 7);
        }

        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);

        await outbox.UntilAsync(counts => counts.Judged == 1);
        Assert.Equal(7, outbox.Reader.Find(trace)!.Final!.Class);
        Assert.Single(_cluster.Asked);
    }

    /// <summary>Killed while the cluster judges: the next process asks again, and the answer has one judgement.</summary>
    [Fact]
    public async Task Judge_KilledWhileItAsks_IsJudgedOnceByTheNext()
    {
        var left = Directory.CreateTempSubdirectory("outbox-killed-").FullName;

        try
        {
            var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _cluster.Before = release.Task.WaitAsync;
            await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);
            var trace = await outbox.KeepAsync(5, 7);
            await Patience.UntilAsync(() => Task.FromResult(_cluster.Asked), asked => asked.Count == 1);
            await OutboxStoreTests.CopyAsync(_folder, left);
            release.SetResult();
            await outbox.UntilAsync(counts => counts.Judged == 1);
            var judgedThen = Directory.CreateDirectory(Path.Combine(left, "judged")).FullName;
            await OutboxStoreTests.CopyAsync(_folder, judgedThen);

            // Before it had written the judgement …
            await using (var next = await RunningOutbox.StartAsync(left, _cluster.Address))
            {
                Assert.Equal((1L, 0L), await next.UntilAsync(counts => counts.Pending == 0) is var counts ? (counts.Judged, counts.Pending) : default);
                Assert.Equal(7, next.Reader.Find(trace)!.Final!.Class);
            }

            // … and after.
            await using var last = await RunningOutbox.StartAsync(judgedThen, _cluster.Address);
            Assert.Equal((1L, 0L), (last.Store.Counts.Judged, last.Store.Counts.Pending));
            Assert.Equal(2, _cluster.Asked.Count);
        }
        finally
        {
            Directory.Delete(left, recursive: true);
        }
    }

    [Fact]
    public async Task Judge_AnswerHasLeft_JudgementCountsForNothing()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);
        var trace = await outbox.KeepAsync(5, 7);
        await outbox.UntilAsync(counts => counts.Judged == 1);
        var again = new Judgement(1, OutboxKind.Provisional, RunningOutbox.Entry(8).Top, [], Agreed: false, TimeProvider.System.GetUtcNow(), TraceId: null);

        Assert.False(await outbox.Store.JudgeAsync(again, TestContext.Current.CancellationToken));

        Assert.Equal(7, outbox.Reader.Find(trace)!.Final!.Class);
        Assert.Equal(1, outbox.Store.Counts.Judged);
    }

    [Fact]
    public async Task Judge_ItsTrace_IsARootLinkedToTheRequest()
    {
        var judged = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name || source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => judged.Enqueue(span),
        };
        ActivitySource.AddActivityListener(listener);
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);
        var entry = RunningOutbox.Entry(5, OutboxKind.Audit);
        using var photograph = Photograph.Of(7);
        using (new Activity("request").Start())
        {
            await outbox.Store.KeepAsync(photograph, entry, TestContext.Current.CancellationToken);
        }

        await outbox.UntilAsync(counts => counts.Judged == 1);

        var first = entry.Request.TraceId.ToHexString();
        var span = await Patience.UntilAsync(
            () => Task.FromResult(judged.SingleOrDefault(span => span.OperationName == "outbox.judge" && Equals(span.GetTagItem("edge.judged.trace_id"), first))), span => span is not null);
        Assert.Equal((ActivityKind.Internal, null, entry.Request.SpanId), (span!.Kind, span.ParentId, Assert.Single(span.Links).Context.SpanId));
        Assert.Equal(entry.Request.TraceId, span.Links.Single().Context.TraceId);
        Assert.NotEqual(entry.Request.TraceId, span.TraceId);
        Assert.Equal(("audit", "thing 5", "thing 7", 0.75, false), (
            span.GetTagItem("edge.judged.kind"), span.GetTagItem("edge.judged.label"), span.GetTagItem("inference.top.label"), span.GetTagItem("inference.top.probability"), span.GetTagItem("edge.agreed")));
        Assert.Contains(span.TraceId.ToHexString(), _cluster.Asked.Single().TraceParent, StringComparison.Ordinal);
        Assert.Equal(new("http://traces/" + span.TraceId.ToHexString()), new Uri(outbox.Reader.Find(first)!.Final!.Trace!.Url!));
    }

    [Fact]
    public async Task Judge_Refused_AsksAboutTheSameOneLater()
    {
        var refusals = 1;
        _cluster.Before = _ => Interlocked.Decrement(ref refusals) >= 0
            ? throw new InferenceException(503, "queue_full", "Too many wait.") { RetryAfter = TimeSpan.FromMilliseconds(10) }
            : Task.CompletedTask;
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);
        outbox.Circuit.Open();
        await outbox.KeepAsync(5, 7);
        await outbox.KeepAsync(6, 8);
        outbox.Circuit.Close();

        Assert.Equal(2, (await outbox.UntilAsync(counts => counts.Pending == 0)).Judged);

        Assert.Equal([7, 7, 8], _cluster.Asked.Select(asked => (int)asked.Class));
    }

    /// <summary>Else all edges of a region that comes back would ask in the same second, and again in the same one after each pause.</summary>
    [Fact]
    public async Task Judge_ClusterComesBack_BeginsAtAMomentOfItsOwn()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address, random: new Middle(), settings: ("Edge:ReturnWithin", "00:01:40"));
        outbox.Circuit.Open();
        await outbox.KeepAsync(5, 7);
        outbox.Circuit.Close();

        // Its moment is after fifty seconds.
        await Task.Delay(500, TestContext.Current.CancellationToken);

        Assert.Empty(_cluster.Asked);
        Assert.Equal(1, outbox.Store.Counts.Pending);
    }

    [Fact]
    public async Task Judge_VoteIsMissing_WaitsForAWholeAnswer()
    {
        _cluster.IsDegraded = true;
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address);
        var trace = await outbox.KeepAsync(5, 7);
        await Patience.UntilAsync(() => Task.FromResult(_cluster.Asked), asked => asked.Count == 1);
        Assert.Equal("pending", outbox.Reader.Find(trace)!.State);

        _cluster.IsDegraded = false;

        await outbox.UntilAsync(counts => counts.Judged == 1);
        Assert.Equal(2, _cluster.Asked.Count);
    }

    /// <summary>While live photographs are refused there is none to spare, whatever waits.</summary>
    [Fact]
    public async Task Judge_LiveTrafficIsRefused_WaitsUntilItIsNot()
    {
        var clock = new SteppedClock();
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address, clock);
        outbox.Part<LiveTraffic>().Overloaded();
        using var photograph = Photograph.Of(7);
        Assert.True(await outbox.Store.KeepAsync(photograph, RunningOutbox.Entry(5, answered: clock.GetUtcNow()), TestContext.Current.CancellationToken));

        // The judge looks many times in that.
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Empty(_cluster.Asked);
        clock.Advance(TimeSpan.FromSeconds(10));

        await outbox.UntilAsync(counts => counts.Judged == 1);
    }

    [Fact]
    public async Task Judge_ManyLiveAtTheCluster_WaitsForThem()
    {
        var clock = new SteppedClock();
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address, clock);
        var visits = Enumerable.Range(0, 8).Select(_ => outbox.Part<LiveTraffic>().Enter()).ToList();
        using var photograph = Photograph.Of(7);
        Assert.True(await outbox.Store.KeepAsync(photograph, RunningOutbox.Entry(5, answered: clock.GetUtcNow()), TestContext.Current.CancellationToken));

        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Empty(_cluster.Asked);
        visits.ForEach(visit => visit.Dispose());

        await outbox.UntilAsync(counts => counts.Judged == 1);
    }

    [Fact]
    public async Task Agreement_OfAudits_IsMeasuredAndOutlivesARestart()
    {
        var measured = new ConcurrentQueue<(string Name, double Value, string Tags)>();

        await using (var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address))
        {
            using var meters = Listen(outbox, measured);

            for (var audit = 0; audit < 25; audit++)
            {
                await outbox.KeepAsync(first: audit < 5 ? 99 : audit, final: audit, OutboxKind.Audit);
            }

            // Of an outage, and no audit.
            await outbox.KeepAsync(first: 99, final: 1);
            await outbox.UntilAsync(counts => counts.Judged == 26);
            await Patience.UntilAsync(() => Task.FromResult(measured.Count(each => each.Name == "edge.judgements")), count => count == 26);
            meters.RecordObservableInstruments();
        }

        Assert.Equal(5, measured.Count(each => each is ("edge.judgements", 1, "edge.judged.kind=audit edge.agreed=False")));
        Assert.Equal(20, measured.Count(each => each is ("edge.judgements", 1, "edge.judged.kind=audit edge.agreed=True")));
        Assert.Contains(("edge.judgements", 1, "edge.judged.kind=provisional edge.agreed=False"), measured);
        Assert.Contains(("edge.agreement", 0.8, ""), measured);
        Assert.Contains(("edge.outbox.pending", 0, ""), measured);
        Assert.Contains(("edge.outbox.bytes", 0, ""), measured);
        await using var again = await RunningOutbox.StartAsync(_folder);
        var audits = again.Part<AgreementWindow>();
        Assert.Equal((0.8, 25), (audits.Agreement, audits.Audited));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static MeterListener Listen(RunningOutbox outbox, ConcurrentQueue<(string Name, double Value, string Tags)> measured)
    {
        var factory = outbox.Part<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Telemetry.Name && instrument.Meter.Scope == factory)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, Text(tags))));
        listener.Start();
        return listener;
    }

    /// <summary>Of all chances the middle one.</summary>
    private sealed class Middle : Random
    {
        public override double NextDouble() => 0.5;
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
