using System.Diagnostics.Metrics;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Tests.Storage;

public sealed class SpanStoreTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StoreMetrics _metrics;

    public SpanStoreTests() => _metrics = new StoreMetrics(_services.GetRequiredService<IMeterFactory>());

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Add_MoreTracesThanAllowed_EvictsTheOldestWhole()
    {
        var store = Create(new StoreOptions { MaxTraces = 2 });
        store.Add([Spans.Create(1, 1, "gone"), Spans.Create(1, 2, "gone")]);
        store.Add([Spans.Create(2, 1)]);

        store.Add([Spans.Create(3, 1)]);

        Assert.Null(store.Find(new TraceId(0, 1)));
        Assert.NotNull(store.Find(new TraceId(0, 2)));
        Assert.Equal(["s"], store.Services());
        Assert.Equal((1, 2), (_metrics.EvictedTraceTotal, _metrics.EvictedSpanTotal));
        Assert.Equal((2, 2), (store.Count().Traces, store.Count().Spans));
    }

    [Fact]
    public void Add_MoreBytesThanAllowed_StaysWithinThem()
    {
        var store = Create(new StoreOptions { MaxBytes = 1 << 20 });

        for (var trace = 1; trace <= 2_000; trace++)
        {
            store.Add([Spans.Create(trace, 1, attributes: [new("payload", AttributeValue.Of(new string('x', 1_000)))])]);
        }

        Assert.InRange(store.Count().Bytes, 900_000, 1 << 20);
        Assert.NotNull(store.Find(new TraceId(0, 2_000)));
        Assert.Equal(2_000, _metrics.EvictedTraceTotal + store.Count().Traces);
    }

    [Fact]
    public void Add_AfterEverythingIsEvicted_CountsToZero()
    {
        var store = Create(new StoreOptions { MaxTraces = 1 });
        store.Add([Spans.Create(1, 1), Spans.Create(1, 2, "other")]);
        var alone = store.Count().Bytes;

        store.Add([Spans.Create(2, 1), Spans.Create(2, 2, "other")]);

        Assert.Equal(alone, store.Count().Bytes);
    }

    [Fact]
    public void Add_Retry_StoresOnce()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1), Spans.Create(1, 2)]);

        var rejected = store.Add([Spans.Create(1, 1), Spans.Create(1, 2), Spans.Create(1, 3)]);

        Assert.Equal(0, rejected);
        Assert.Equal(3, store.Find(new TraceId(0, 1))!.Spans.Length);
        Assert.Equal((2, 3), (_metrics.DuplicateTotal, _metrics.StoredTotal));
    }

    [Fact]
    public void Add_LateSpan_JoinsItsTraceAndLeavesOldViewsAlone()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1)]);
        var before = store.Find(new TraceId(0, 1))!;

        store.Add([Spans.Create(1, 2, "late")]);

        Assert.Equal(1, before.Spans.Length);
        Assert.Equal(2, store.Find(new TraceId(0, 1))!.Summary.Spans);
        Assert.Single(store.Search(new TraceSearch { Service = "late" }));
    }

    [Fact]
    public void Add_TraceTooLarge_RejectsTheRestAndKeepsTheOthers()
    {
        var store = Create(new StoreOptions { MaxSpansPerTrace = 5 });
        store.Add([Spans.Create(1, 1)]);

        var rejected = store.Add([.. Enumerable.Range(1, 8).Select(span => Spans.Create(2, span))]);

        Assert.Equal(3, rejected);
        Assert.Equal(5, store.Find(new TraceId(0, 2))!.Spans.Length);
        Assert.NotNull(store.Find(new TraceId(0, 1)));
    }

    [Fact]
    public async Task Add_ManyAtOnceBesideSearches_LosesNothing()
    {
        var store = Create();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (var trace in store.Search(new TraceSearch { Service = "s" }))
                {
                    Assert.Equal(trace.Spans.Length, trace.Summary.Spans);
                }

                _ = store.Calls(0, ulong.MaxValue).Count();
                store.Operations("s");
            }
        })).ToArray();

        // Four senders share every trace, and each sends everything twice.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(() =>
        {
            for (var round = 0; round < 2; round++)
            {
                for (var trace = 1; trace <= 200; trace++)
                {
                    store.Add([.. Enumerable.Range(1, 5).Select(span => Spans.Create(trace, (sender * 5) + span))]);
                }
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);

        Assert.Equal((200, 4_000), (store.Count().Traces, store.Count().Spans));
        Assert.Equal(4_000, _metrics.DuplicateTotal);
    }

    [Fact]
    public void Search_ByTag_FindsAttributesOfSpanResourceAndEvent()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1, attributes: [new("n", AttributeValue.Of(42))])]);
        store.Add([Spans.Create(2, 1)]);

        Assert.Equal([1UL], Found(store, new TraceSearch { Service = "s", Tags = [new("n", "42")] }));
        Assert.Equal([1UL], Found(store, new TraceSearch { Tags = [new("n", "42")] }));
        Assert.Equal(2, Found(store, new TraceSearch { Tags = [new("host.name", "h")] }).Length);
        Assert.Empty(Found(store, new TraceSearch { Service = "s", Tags = [new("n", "43")] }));
        Assert.Empty(Found(store, new TraceSearch { Service = "s", Tags = [new("n", "42"), new("error", "true")] }));
    }

    [Fact]
    public void Search_Everything_NewestFirstWithinTheLimit()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1, start: 10), Spans.Create(2, 1, start: 30), Spans.Create(3, 1, start: 20)]);

        Assert.Equal([2UL, 3UL], Found(store, new TraceSearch { Service = "s", Limit = 2 }));
        Assert.Equal([3UL], Found(store, new TraceSearch { Service = "s", FromNanos = 15, ToNanos = 25 }));
    }

    [Fact]
    public void Search_Duration_IsThatOfOneSpan()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1, start: 0, nanos: 5), Spans.Create(1, 2, start: 100, nanos: 5), Spans.Create(2, 1, nanos: 50)]);

        Assert.Equal([2UL], Found(store, new TraceSearch { Service = "s", MinDurationNanos = 50 }));
        Assert.Equal([1UL], Found(store, new TraceSearch { Service = "s", MaxDurationNanos = 49 }));
    }

    [Fact]
    public void Search_ConditionsOnDifferentSpans_DoNotMakeATraceFit()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1, "one", name: "a"), Spans.Create(1, 2, "two", name: "b")]);

        Assert.Empty(Found(store, new TraceSearch { Service = "one", Operation = "b" }));
        Assert.Equal([1UL], Found(store, new TraceSearch { Service = "two", Operation = "b" }));
    }

    [Fact]
    public void Summary_WithOrphan_NamesTheRealRoot()
    {
        var store = Create();
        store.Add([Spans.Create(1, 2, "child", parent: 9, start: 1), Spans.Create(1, 1, "root", start: 5), Spans.Create(1, 3, "leaf", parent: 1, failed: true)]);

        var summary = store.Find(new TraceId(0, 1))!.Summary;

        Assert.Equal(("root", 3, 1, 1), (summary.RootService, summary.Spans, summary.Errors, summary.Orphans));
        Assert.Equal(["child:1:0", "leaf:1:1", "root:1:0"], summary.Services.Select(share => $"{share.Name}:{share.Spans}:{share.Errors}"));
    }

    [Fact]
    public void Calls_CountEveryParentAndChild_SelfCallsToo()
    {
        var store = Create();
        store.Add([Spans.Create(1, 1, "a"), Spans.Create(1, 2, "a", parent: 1), Spans.Create(1, 3, "b", parent: 2), Spans.Create(1, 4, "b", parent: 77)]);
        store.Add([Spans.Create(2, 1, "a"), Spans.Create(2, 3, "b", parent: 1)]);

        Assert.Equal(["a>a 1", "a>b 2"], store.Calls(0, ulong.MaxValue).Select(call => $"{call.Parent}>{call.Child} {call.Count}"));
    }

    private static ulong[] Found(SpanStore store, TraceSearch search) => [.. store.Search(search).Select(trace => trace.Id.Low)];

    private SpanStore Create(StoreOptions? options = null) =>
        new(Options.Create(options ?? new StoreOptions()), _metrics, NullLogger<SpanStore>.Instance);
}
