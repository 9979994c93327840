using System.Diagnostics.Metrics;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Otlp;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Tests.Storage;

[Collection(nameof(Alone))]
public sealed class StoreMemoryTests
{
    [Fact]
    public void Count_Bytes_AreWhatTheHeapGrewBy()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new StoreMetrics(services.GetRequiredService<IMeterFactory>());
        var store = new SpanStore(Options.Create(new StoreOptions { MaxBytes = 1L << 40 }), metrics, NullLogger<SpanStore>.Instance);
        var (limits, vocabulary) = (new OtlpOptions(), new Vocabulary());
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var trace = 1; trace <= 4_000; trace++)
        {
            var message = OtlpBytes.Request($"service{trace % 5}", [.. Enumerable.Range(1, 16).Select(span => OtlpBytes.Span(
                Ids.Trace(trace), Ids.Span((trace * 16) + span), Ids.Span(1), $"operation {span}",
                tags: [("http.request.method", "POST"), ("url.path", "/v2/models/x/infer"), ("request.id", Ids.Trace(trace + span)), ("n", "1")]))]);
            store.Add(ProtobufTraceReader.Read(message, limits, vocabulary).Spans);
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        // On the high side, but not so that half of what is allowed stays empty.
        Assert.InRange(store.Count().Bytes, grown, 2 * grown);
    }
}

/// <summary>Tests that look at the whole process run after the others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
