using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Tests.Storage;

public sealed class SpanStoreTests
{
    [Fact]
    public async Task Add_MoreBytesThanAllowed_EvictsTheOldestWholeAndStaysWithinThem()
    {
        await using var store = new OpenStore(new StoreOptions { Durability = Durability.Memory, MaxBytes = 4 << 20 });
        await store.AddAsync(Spans.Create(1, 1, "gone"), Spans.Create(1, 2, "gone"));

        for (var trace = 2; trace <= 10_000; trace += 100)
        {
            await store.AddAsync([.. Enumerable.Range(trace, 100).Select(number =>
                Spans.Create(number, 1, attributes: [new("payload", AttributeValue.Of(new string('x', 1_000)))]))]);
        }

        Assert.Null(await store.FindAsync(1));
        Assert.NotNull(await store.FindAsync(10_001));
        Assert.Equal(["s"], await store.Store.ServicesAsync(default));
        Assert.InRange(store.Store.Count().Bytes, 3_000_000, 5 << 20);
        Assert.Equal(10_001, store.Metrics.EvictedTraceTotal + store.Store.Count().Traces);
        Assert.Equal(10_002, store.Metrics.EvictedSpanTotal + store.Store.Count().Spans);
    }

    [Fact]
    public async Task Add_OlderThanAllowed_LeavesWithoutAnExport()
    {
        var time = new MovableClock();
        await using var store = new OpenStore(new StoreOptions { Durability = Durability.Memory, MaxAge = TimeSpan.FromHours(1) }, time);
        await store.AddAsync(Spans.Create(1, 1));
        time.Advance(TimeSpan.FromMinutes(61));

        // The writer looks once a second.
        while (store.Store.Count().Traces > 0)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Null(await store.FindAsync(1));
        await store.AddAsync(Spans.Create(1, 1));
        Assert.NotNull(await store.FindAsync(1));
    }

    [Fact]
    public async Task Add_Retry_StoresOnce()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1), Spans.Create(1, 2)]);

        var rejected = await store.AddAsync([Spans.Create(1, 1), Spans.Create(1, 2), Spans.Create(1, 3)]);

        Assert.Equal(0, rejected);
        Assert.Equal(3, (await store.FindAsync(1))!.Spans.Length);
        Assert.Equal((2, 3), (store.Metrics.DuplicateTotal, store.Metrics.StoredTotal));
    }

    [Fact]
    public async Task Add_LateSpan_JoinsItsTraceAndLeavesOldViewsAlone()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1)]);
        var before = (await store.FindAsync(1))!;

        await store.AddAsync([Spans.Create(1, 2, "late")]);

        Assert.Single(before.Spans);
        Assert.Equal(2, TraceSummary.Of((await store.FindAsync(1))!).Spans);
        Assert.Equal((ulong[])[1UL], await FoundAsync(store, new TraceSearch { Service = "late" }));
    }

    [Fact]
    public async Task Add_TraceTooLarge_RejectsTheRestAndKeepsTheOthers()
    {
        await using var store = new OpenStore(new StoreOptions { Durability = Durability.Memory, MaxSpansPerTrace = 5 });
        await store.AddAsync([Spans.Create(1, 1)]);

        var rejected = await store.AddAsync([.. Enumerable.Range(1, 8).Select(span => Spans.Create(2, span))]);

        Assert.Equal(3, rejected);
        Assert.Equal(5, (await store.FindAsync(2))!.Spans.Length);
        Assert.NotNull(await store.FindAsync(1));
    }

    [Fact]
    public async Task Add_ManyAtOnceBesideSearches_LosesNothing()
    {
        await using var store = new OpenStore();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await foreach (var trace in store.Store.SearchAsync(new TraceSearch { Service = "s" }, default))
                {
                    Assert.Equal(trace.Spans.Length, TraceSummary.Of(trace).Spans);
                }

                await store.Store.CallsAsync(0, ulong.MaxValue, default);
                await store.Store.OperationsAsync("s", default);
            }
        })).ToArray();

        // Four senders share every trace, and each sends everything twice.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (var round = 0; round < 2; round++)
            {
                for (var trace = 1; trace <= 200; trace++)
                {
                    await store.AddAsync([.. Enumerable.Range(1, 5).Select(span => Spans.Create(trace, (sender * 5) + span))]);
                }
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);

        Assert.Equal((200, 4_000), (store.Store.Count().Traces, store.Store.Count().Spans));
        Assert.Equal(4_000, store.Metrics.DuplicateTotal);
    }

    [Fact]
    public async Task Search_ByTag_FindsAttributesOfSpanResourceAndEvent()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1, attributes: [new("n", AttributeValue.Of(42))])]);
        await store.AddAsync([Spans.Create(2, 1)]);

        Assert.Equal((ulong[])[1UL], await FoundAsync(store, new TraceSearch { Service = "s", Tags = [new("n", "42")] }));
        Assert.Equal((ulong[])[1UL], await FoundAsync(store, new TraceSearch { Tags = [new("n", "42")] }));
        Assert.Equal(2, (await FoundAsync(store, new TraceSearch { Tags = [new("host.name", "h")] })).Length);
        Assert.Empty(await FoundAsync(store, new TraceSearch { Service = "s", Tags = [new("n", "43")] }));
        Assert.Empty(await FoundAsync(store, new TraceSearch { Service = "s", Tags = [new("n", "42"), new("error", "true")] }));
    }

    [Fact]
    public async Task Search_Everything_NewestFirstWithinTheLimit()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1, start: 10), Spans.Create(2, 1, start: 30), Spans.Create(3, 1, start: 20)]);

        Assert.Equal((ulong[])[2UL, 3UL], await FoundAsync(store, new TraceSearch { Service = "s", Limit = 2 }));
        Assert.Equal((ulong[])[3UL], await FoundAsync(store, new TraceSearch { Service = "s", FromNanos = 15, ToNanos = 25 }));
    }

    [Fact]
    public async Task Search_Duration_IsThatOfOneSpan()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1, start: 0, nanos: 5), Spans.Create(1, 2, start: 100, nanos: 5), Spans.Create(2, 1, nanos: 50)]);

        Assert.Equal((ulong[])[2UL], await FoundAsync(store, new TraceSearch { Service = "s", MinDurationNanos = 50 }));
        Assert.Equal((ulong[])[1UL], await FoundAsync(store, new TraceSearch { Service = "s", MaxDurationNanos = 49 }));
    }

    [Fact]
    public async Task Search_ConditionsOnDifferentSpans_DoNotMakeATraceFit()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1, "one", name: "a"), Spans.Create(1, 2, "two", name: "b")]);

        Assert.Empty(await FoundAsync(store, new TraceSearch { Service = "one", Operation = "b" }));
        Assert.Equal((ulong[])[1UL], await FoundAsync(store, new TraceSearch { Service = "two", Operation = "b" }));
    }

    [Fact]
    public async Task Summary_WithOrphan_NamesTheRealRoot()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 2, "child", parent: 9, start: 1), Spans.Create(1, 1, "root", start: 5), Spans.Create(1, 3, "leaf", parent: 1, failed: true)]);

        var summary = TraceSummary.Of((await store.FindAsync(1))!);

        Assert.Equal(("root", 3, 1, 1), (summary.RootService, summary.Spans, summary.Errors, summary.Orphans));
        Assert.Equal(["child:1:0", "leaf:1:1", "root:1:0"], summary.Services.Select(share => $"{share.Name}:{share.Spans}:{share.Errors}"));
    }

    [Fact]
    public async Task Calls_CountEveryParentAndChild_SelfCallsToo()
    {
        await using var store = new OpenStore();
        await store.AddAsync([Spans.Create(1, 1, "a"), Spans.Create(1, 2, "a", parent: 1), Spans.Create(1, 3, "b", parent: 2), Spans.Create(1, 4, "b", parent: 77)]);
        await store.AddAsync([Spans.Create(2, 1, "a"), Spans.Create(2, 3, "b", parent: 1)]);

        Assert.Equal(["a>a 1", "a>b 2"], (await store.Store.CallsAsync(0, ulong.MaxValue, default)).Select(call => $"{call.Parent}>{call.Child} {call.Count}"));
    }

    private static async Task<ulong[]> FoundAsync(OpenStore store, TraceSearch search) =>
        await store.Store.SearchAsync(search, default).Select(trace => trace.Id.Low).ToArrayAsync();
}
