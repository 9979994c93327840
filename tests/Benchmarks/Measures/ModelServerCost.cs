using System.Net;
using InferenceTracing.Benchmarks.Native;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.OpenInference;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What a model server adds to its model, and what batching and another HTTP bring.</summary>
internal sealed class ModelServerCost : IBenchmark
{
    private const double TargetMilliseconds = 0.4;

    private static readonly int[] Clients = [1, 8, 64];

    public string Name => "modelserver";

    public string Question => "A model server over HTTP against a bare run of its session: at most 0.4 ms of p50; batching on against off with 1, 8 and 64 clients; h2c against HTTP/1.1.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var native = await bench.NativeAsync(cancellationToken);
        var batching = await bench.SystemAsync(cancellationToken);
        var single = await bench.SystemAsync("no batching", traced: true, new Dictionary<string, string> { ["Batching__MaxBatch"] = "1" }, cancellationToken);
        var overhead = new List<IReadOnlyList<string>>();
        var batches = new List<IReadOnlyList<string>>();
        var protocols = new List<IReadOnlyList<string>>();
        var worst = double.MinValue;

        foreach (var (model, index) in bench.Models.Names.Select((model, index) => (model, index)))
        {
            using var on = new InferLoad(Url(batching, model), model);
            using var off = new InferLoad(Url(single, model), model);

            var process = batching.Fleet.Processes.Single(process => process.Spec.Name == model).Id;
            var (outside, switches) = (new List<double>(), new List<double>());
            var pairing = await Interleaved.RunAsync(
                bench.Effort.Pairs,
                () => Task.FromResult(Bare(native, index, bench.Effort.Slice)),
                async () =>
                {
                    var before = ThreadSwitches.OfProcess(process);
                    var served = await on.RunAsync(1, 1, bench.Effort.Slice, cancellationToken);
                    switches.Add((ThreadSwitches.OfProcess(process) - before) / served.Latency.Count);
                    outside.Add(served.Outside.Percentile(50).TotalMilliseconds);
                    return served.Latency.Percentile(50).TotalMilliseconds;
                });
            var added = pairing.Of((bare, server) => server - bare);
            worst = Math.Max(worst, added.Median);
            overhead.Add(
            [
                model, added.Text("0.00"), new Spread(outside).Text("0.00"), pairing.Second(p50 => p50).Text("0.00"), pairing.First(p50 => p50).Text("0.00"),
                new Spread(switches).Text("0.0"),
            ]);
            protocols.AddRange(await ProtocolsAsync(model, bench, cancellationToken));

            foreach (var clients in Clients)
            {
                var pairs = await Interleaved.RunAsync(
                    bench.Effort.FewerPairs,
                    () => on.RunAsync(clients, 1, bench.Effort.Slice, cancellationToken),
                    () => off.RunAsync(clients, 1, bench.Effort.Slice, cancellationToken));
                batches.Add(
                [
                    model, $"{clients}", pairs.Of((with, without) => with.ImagesPerSecond / without.ImagesPerSecond).Text("0.00"),
                    pairs.First(result => result.ImagesPerSecond).Text("0.0"), pairs.Second(result => result.ImagesPerSecond).Text("0.0"),
                    pairs.First(result => result.Latency.Percentile(95).TotalMilliseconds).Text("0.0"), pairs.Second(result => result.Latency.Percentile(95).TotalMilliseconds).Text("0.0"),
                ]);
            }
        }

        return new Findings(
            FormattableString.Invariant($"A model server adds {worst:0.00} ms to the slower-to-serve of the two."),
            worst <= TargetMilliseconds,
            [
                new FigureTable(["model, one client", "added, ms", "outside the run, ms", "server p50, ms", "bare p50, ms", "the server's threads sleep and wake, times a request"], overhead),
                new FigureTable(["model", "clients", "batching on / off", "on, images a second", "off", "on, p95 ms", "off"], batches),
                new FigureTable(["model", "clients", "h2c / HTTP/1.1", "h2c, images a second", "HTTP/1.1", "h2c, p50 ms", "HTTP/1.1"], protocols),
            ]);
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> ProtocolsAsync(string model, Bench bench, CancellationToken cancellationToken)
    {
        await using var server = await TwoProtocolServer.StartAsync(model, ServicePlan.ThreadsOfARun(bench.Models.Names.Count), cancellationToken);
        using var h2c = new InferLoad(server.H2c, model, HttpVersion.Version20);
        using var http1 = new InferLoad(server.Http1, model);
        var rows = new List<IReadOnlyList<string>>();

        foreach (var load in (InferLoad[])[h2c, http1])
        {
            await load.RunAsync(Environment.ProcessorCount, 1, bench.Effort.Slice, cancellationToken);
        }

        foreach (var clients in Clients.Take(2))
        {
            var pairs = await Interleaved.RunAsync(
                bench.Effort.FewerPairs,
                () => h2c.RunAsync(clients, 1, bench.Effort.Slice, cancellationToken),
                () => http1.RunAsync(clients, 1, bench.Effort.Slice, cancellationToken));
            rows.Add(
            [
                model, $"{clients}", pairs.Of((two, one) => two.ImagesPerSecond / one.ImagesPerSecond).Text("0.00"),
                pairs.First(result => result.ImagesPerSecond).Text("0.0"), pairs.Second(result => result.ImagesPerSecond).Text("0.0"),
                pairs.First(result => result.Latency.Percentile(50).TotalMilliseconds).Text("0.00"), pairs.Second(result => result.Latency.Percentile(50).TotalMilliseconds).Text("0.00"),
            ]);
        }

        return rows;
    }

    private static Uri Url(SystemUnderTest system, string model) => system.Plan.Services.Single(service => service.Name == model).Url;

    private static double Bare(NativeWork native, int index, TimeSpan duration)
    {
        var histogram = new LoadGenerator.Measuring.LatencyHistogram();
        using var pixels = PixelTensor.Rent(1);
        pixels.Span.Fill(127);

        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < duration;)
        {
            histogram.Record(NativeWork.Run(native.AsServed[index], pixels));
        }

        return histogram.Percentile(50).TotalMilliseconds;
    }
}
