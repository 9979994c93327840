using System.Diagnostics;
using System.Diagnostics.Metrics;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Benchmarks.Native;

/// <summary>The outbox by itself, in a folder of its own: answers one after the other into it, and out of it again with what a cluster might have said.</summary>
internal static class OutboxWork
{
    private const int Warming = 50;

    private static readonly IReadOnlyList<NamedClass> Top = [.. Enumerable.Range(0, 5).Select(place => new NamedClass($"a class by its name {place}", place, 0.2f))];

    /// <summary>Processor time to keep an answer, and to have it judged, in seconds; the cluster's part not counted.</summary>
    public static async Task<(double Keep, double Judge)> MeasureAsync(int answers, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("inference-tracing-outbox-");

        try
        {
            var edge = Options.Create(new EdgeOptions { Folder = folder.FullName });
            await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
            var metrics = new OutboxMetrics(services.GetRequiredService<IMeterFactory>());
            using var file = new OutboxFile(edge);
            var reader = new OutboxReader(file, Options.Create(new ClusterOptions()));
            using var writer = new OutboxWriter(file, edge, metrics, TimeProvider.System, NullLogger<OutboxWriter>.Instance);
            var store = new OutboxStore(writer, reader, new AgreementWindow(), metrics, edge, TimeProvider.System);
            using var pixels = PixelTensor.Rent(1);

            // The first ones compile.
            await KeepAsync(Warming);
            await JudgeAsync(Warming);
            return (await WorkAsync(KeepAsync), await WorkAsync(JudgeAsync));

            async Task<double> WorkAsync(Func<int, Task> work)
            {
                var before = Environment.CpuUsage.TotalTime;
                await work(answers);
                return (Environment.CpuUsage.TotalTime - before).TotalSeconds / answers;
            }

            async Task KeepAsync(int count)
            {
                for (var answer = 0; answer < count; answer++)
                {
                    var request = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
                    await store.KeepAsync(pixels, new OutboxEntry(request, OutboxKind.Provisional, "cluster_unreachable", "mobilenetv2", Top, DateTimeOffset.UtcNow), cancellationToken);
                }
            }

            async Task JudgeAsync(int count)
            {
                for (var answer = 0; answer < count && reader.Next(0) is { } next; answer++)
                {
                    reader.TryReadPixels(next.Number, pixels.Span);
                    await store.JudgeAsync(new Judgement(next.Number, next.Kind, Top, [], Agreed: true, DateTimeOffset.UtcNow, null), cancellationToken);
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
