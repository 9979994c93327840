using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using InferenceTracing.Benchmarks.Native;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Benchmarks.Traces;
using InferenceTracing.Gateway;
using InferenceTracing.Gateway.Keys;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.Runner;
using InferenceTracing.Terminal;
using InferenceTracing.Topology;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What one photograph, one span and one edge that sends nothing cost each part: what a simulation multiplies.</summary>
internal sealed class UnitMeasure : IBenchmark
{
    private const int Connections = 10_000;
    private const int Keys = 1_000_000;
    private const int Pixels = 3 * 224 * 224;
    private const double Overload = 6;
    private const int Answers = 500;

    /// <summary>Of the peak: so few that none meets another.</summary>
    public const double Seldom = 0.2;

    private static readonly int[] Batches = [1, 2, 4, 8];

    public string Name => "units";

    public string Question => "Processor time of a photograph at each part, in float32 and int8; bytes on the link and in the store; an idle edge's connection at the gateway, its key among a million, its TLS handshake.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var inFloat = await CostsAsync(bench, Precision.Float32, cancellationToken);
        var inInt8 = await CostsAsync(bench, Precision.Int8, cancellationToken);
        var (costs, presence) = (inFloat.Costs, inFloat.Costs.Presence!);

        return new Findings(
            FormattableString.Invariant($"A photograph takes {(costs.Edge.Rest.Mean + costs.Edge.Decode.Mean) * 1000:0.00} ms of a core at the edge and {costs.ClusterSeconds * 1000:0.00} in the cluster, with int8 networks {inInt8.Costs.ClusterSeconds * 1000:0.00}."),
            Met: null,
            [
                new FigureTable(["ms of one core", "float32", "int8"], [.. Rows(costs).Zip(Rows(inInt8.Costs)).Select(row => (string[])[row.First.Name, Text(row.First.Ms), Text(row.Second.Ms)])]),
                new FigureTable(
                    ["an edge that sends nothing", ""],
                    [
                        [$"memory of its connection at the gateway, of {inFloat.Connections} open ones", FormattableString.Invariant($"{presence.ConnectionBytes / 1024:0.0} KiB")],
                        [$"its key among {Keys}", FormattableString.Invariant($"{presence.KeyLookup.Mean * 1e6:0.00} µs")],
                        ["a TLS handshake, both ends", FormattableString.Invariant($"{presence.Handshake.Mean * 1000:0.00} ms of one core; {inFloat.HandshakesPerSecond:0} a second on this machine")],
                    ]),
                new FigureTable(
                    ["of a photograph", ""],
                    [
                        ["bytes to the cluster", $"{costs.RequestBytes}"], ["spans, of these at the edge", $"{costs.Spans}, {costs.EdgeSpans}"],
                        ["bytes of a span on the way, and kept", FormattableString.Invariant($"{costs.SpanBytes:0}, {costs.StoredSpanBytes:0}")],
                    ]),
            ])
        {
            Json = JsonSerializer.Serialize(costs, PlanJson.Options),
        };
    }

    /// <summary>What a simulation of this machine goes by.</summary>
    public static async Task<UnitFigures> CostsAsync(Bench bench, Precision precision, CancellationToken cancellationToken)
    {
        if (precision == Precision.Int8)
        {
            await QuantisedModels.ProvideAsync(Checkout.Find(), bench.Models.Names, cancellationToken);
        }

        var system = precision == Precision.Float32
            ? await bench.SystemAsync(cancellationToken)
            : await bench.SystemAsync("int8", traced: true, new Dictionary<string, string> { ["Model__Precision"] = precision.Name() }, cancellationToken);
        var native = await bench.NativeAsync(cancellationToken);
        var slice = bench.Effort.Slice;

        // Both states in turn, so that what a refusal costs is no drift of the machine.
        var peak = (await system.ClosedAsync(4 * Environment.ProcessorCount, slice, bench.Photos, cancellationToken)).AnsweredPerSecond;
        var pairing = await Interleaved.RunAsync(
            bench.Effort.Pairs,
            () => system.WatchClosedAsync(4 * Environment.ProcessorCount, slice, bench.Photos, cancellationToken),
            () => system.WatchOpenAsync(peak * Overload, slice, bench.Photos, cancellationToken));
        double Busy(string part) => pairing.First(full => full.WorkOf(part)).Median;
        double Refusal(string part) => Math.Max(0, pairing.Of((full, over) =>
            (over.WorkOf(part) - full.WorkOf(part)) * over.Measured.AnsweredPerSecond / Math.Max(1, over.Measured.Errors.Values.Sum() / slice.TotalSeconds)).Median);

        // A straight line through half of the peak and all of it. By chance, as from many senders: photographs that come evenly wake everybody for each of them.
        var waking = (await Interleaved.RunAsync(
            bench.Effort.Pairs,
            () => system.WatchClosedAsync(4 * Environment.ProcessorCount, bench.Effort.Unpaired, bench.Photos, cancellationToken),
            () => system.WatchOpenAsync(peak / 2, bench.Effort.Unpaired, bench.Photos, cancellationToken, seed: 1)))
            .Of((full, half) => (half.Work - full.Work) / (1 - (half.Busy.Sum(process => process.Cores) / Environment.ProcessorCount))).Median;

        // One after the other, with pauses in which threads go to sleep as they do where photographs come by chance: one client that asks again at once finds them awake.
        var single = await Interleaved.RunAsync(
            bench.Effort.Pairs,
            () => system.WatchClosedAsync(4 * Environment.ProcessorCount, slice, bench.Photos, cancellationToken),
            () => system.WatchOpenAsync(peak * Seldom, bench.Effort.Unpaired, bench.Photos, cancellationToken));

        // The first ones compile.
        await native.ThroughputAsync(1, slice);
        double[] decode = Within(
            Busy(SystemParts.Preprocessing),
            await BesideOthersAsync(native, slice, () => bench.Photos.Select((_, photo) => native.DecodeLatency(photo, slice / bench.Photos.Count).Percentile(50).TotalSeconds)));
        var members = await MembersAsync(bench, native, precision, Busy, cancellationToken);
        var store = await StoreAsync(bench, cancellationToken);
        var (connections, bytes, refusal) = await GatewayAsync(system, slice, cancellationToken);
        var (keep, judge) = await OutboxWork.MeasureAsync(Answers, cancellationToken);
        var handshakes = await TlsHandshakes.RunAsync(slice);
        var rest = Busy(SystemParts.Preprocessing) - decode.Average();

        var costs = new UnitCosts
        {
            Machine = Machine.Description,
            Waking = ServiceTime.Fixed(Math.Max(0, waking)),
            Client = ServiceTime.Fixed(Busy(ProcessorTime.LoadGenerator)),
            Edge = new EdgeCosts
            {
                Rest = ServiceTime.Fixed(rest),
                Decode = ServiceTime.OneOf(decode),
                // The smallest of the networks, in int8, is the one that an edge votes with.
                Vote = ServiceTime.Fixed(await VoteAsync(bench, native, cancellationToken)),
                Keep = ServiceTime.Fixed(keep),
                Judge = ServiceTime.Fixed(judge),
                Refusal = ServiceTime.Fixed(Refusal(SystemParts.Preprocessing)),
            },
            Gateway = ServiceTime.Fixed(Busy(SystemParts.Gateway)),
            GatewayRefusal = ServiceTime.Fixed(refusal),
            Ensemble = ServiceTime.Fixed(Busy(SystemParts.Ensemble)),
            Members = members,
            // No collector runs on a laptop: the store, which reads the same bodies, stands for it.
            CollectorSpan = ServiceTime.Fixed(store.SecondsOfASpan),
            StoreSpan = ServiceTime.Fixed(store.SecondsOfASpan),
            RequestBytes = await RequestSize.MeasureAsync(cancellationToken),
            Spans = TraceShape.Spans,
            EdgeSpans = TraceShape.SpansOf(SystemParts.Preprocessing),
            SpanBytes = Math.Round((double)new TraceBodies(100).Next().Length / new TraceBodies(100).SpansOfABody),
            StoredSpanBytes = Math.Round(store.BytesOfASpan),
            Presence = new PresenceCosts(Math.Round(bytes), ServiceTime.Fixed(KeyLookup(slice)), ServiceTime.Fixed(handshakes.MillisecondsOfACore / 1000)),
        };

        // What such a photograph waits beyond the work on its way, on a machine as fast as it was beside it, in three equal parts: gateway, ensemble, member.
        var work = costs.Client.Mean + rest + decode.Order().ElementAt(bench.Photos.Count / 2) + costs.Gateway.Mean + costs.Ensemble.Mean
            + costs.Members.Values.Max(member => member.Rest.Mean + member.Image.Mean);
        var usual = pairing.First(full => full.Work).Median;
        var hop = Math.Max(0, single.Of((full, one) => one.Measured.Latency.Percentile(50).TotalSeconds - (work * full.Work / usual)).Median) / 3;
        return new UnitFigures(costs with { Hop = ServiceTime.Fixed(hop) }, usual, connections, handshakes.PerSecond);
    }

    /// <summary>
    /// Pieces of a process's work as they were measured by themselves, and no more of them than the process takes on average: a machine's speed drifts between the two.
    /// </summary>
    private static double[] Within(double process, double[] pieces) => [.. pieces.Select(piece => piece * Math.Min(1, process / pieces.Average()))];

    /// <summary>A member's run by the network itself, and what its server takes beside it.</summary>
    private static async Task<Dictionary<string, MemberCosts>> MembersAsync(
        Bench bench, NativeWork native, Precision precision, Func<string, double> busy, CancellationToken cancellationToken)
    {
        var costs = new Dictionary<string, MemberCosts>();

        foreach (var name in bench.Models.Names)
        {
            using var network = await LoadAsync(name, precision, cancellationToken);
            var images = await BesideOthersAsync(native, bench.Effort.Slice, () => Batches.Select(batch => NativeWork.PerImage(network, batch, bench.Effort.Slice / Batches.Length) / 1000));
            var image = Within(busy(name), [images[0]])[0];
            costs[name] = new MemberCosts
            {
                Rest = ServiceTime.Fixed(busy(name) - image),
                Image = ServiceTime.Fixed(image),
                Batches = Batches.Zip(images).Skip(1).ToDictionary(batch => batch.First, batch => Math.Round(batch.Second / images[0], 3)),
            };
        }

        return costs;
    }

    private static async Task<double> VoteAsync(Bench bench, NativeWork native, CancellationToken cancellationToken)
    {
        await QuantisedModels.ProvideAsync(Checkout.Find(), bench.Models.Names, cancellationToken);
        var fastest = double.PositiveInfinity;

        foreach (var name in bench.Models.Names)
        {
            using var network = await LoadAsync(name, Precision.Int8, cancellationToken);
            var image = await BesideOthersAsync(native, bench.Effort.Slice / 4, () => [NativeWork.PerImage(network, 1, bench.Effort.Slice / 4) / 1000]);
            fastest = Math.Min(fastest, image[0]);
        }

        return fastest;
    }

    private static async Task<Network> LoadAsync(string name, Precision precision, CancellationToken cancellationToken)
    {
        using var store = new ModelStore(ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY")), mayDownload: false);
        return Network.Load(await store.OpenAsync(name, precision, new Progress<ModelProgress>(), cancellationToken), 1);
    }

    private static async Task<(double SecondsOfASpan, double BytesOfASpan)> StoreAsync(Bench bench, CancellationToken cancellationToken)
    {
        await using var store = await StoreUnderTest.StartAsync(new() { ["Store__Durability"] = "Normal", ["Store__MaxBytes"] = $"{1L << 32}" }, cancellationToken);
        var (rate, cores) = await store.LoadAsync(new TraceBodies(100), 4, (passed, _) => passed > bench.Effort.Slice, cancellationToken);
        return (cores / rate, store.FileMegabytes * 1e6 / await store.SpansAsync(cancellationToken));
    }

    /// <summary>Idle connections, and requests without a key, which the gateway turns away with their pixels unread.</summary>
    private static async Task<(int Connections, double Bytes, double Refusal)> GatewayAsync(SystemUnderTest system, TimeSpan slice, CancellationToken cancellationToken)
    {
        var (url, process) = (system.Plan[SystemParts.Gateway].Url, system.Fleet.Processes.Single(process => process.Spec.Name == SystemParts.Gateway).Id);
        var (open, bytes) = await IdleConnections.MeasureAsync(url, process, Connections, cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
        var (before, start, refused) = (ProcessorTime.Read(system.Fleet), Stopwatch.StartNew(), 0);

        while (start.Elapsed < slice)
        {
            using var body = new ByteArrayContent(new byte[Pixels]);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var answer = await client.PostAsync(new Uri(url, "v2/models/ensemble/infer"), body, cancellationToken);
            refused++;
        }

        return (open, bytes, before.CoresSince().Single(busy => busy.Name == SystemParts.Gateway).Cores * start.Elapsed.TotalSeconds / refused);
    }

    private static double KeyLookup(TimeSpan slice)
    {
        static string KeyOf(int number) => FormattableString.Invariant($"key-of-an-edge-{number:0000000}");
        var keys = new KeyRing(Options.Create(new GatewayOptions
        {
            ApiKeys = Enumerable.Range(0, Keys).ToDictionary(number => $"{number}", number => new ApiKeyOptions { Key = KeyOf(number), Scopes = ["inference"] }),
        }));
        return Worked(() =>
        {
            var (start, found) = (Stopwatch.StartNew(), 0);

            for (var number = 0; start.Elapsed < slice / 4; number = (number + 7919) % Keys)
            {
                found += keys.Find(KeyOf(number)) is null ? 0 : 1;
            }

            return found;
        });
    }

    /// <summary>Seconds of pieces of work, by their medians, while the other cores do what a photograph is made of: they share caches and memory, as in a system that is busy.</summary>
    private static async Task<double[]> BesideOthersAsync(NativeWork native, TimeSpan duration, Func<IEnumerable<double>> measure)
    {
        var others = native.ThroughputAsync(Environment.ProcessorCount - 1, duration);
        var measured = await Task.Run(() => measure().ToArray());
        await others;
        return measured;
    }

    /// <summary>Processor time of one of the things that are done, in seconds: whoever else is on the machine takes none of it.</summary>
    private static double Worked(Func<long> work)
    {
        var before = Environment.CpuUsage.TotalTime;
        var done = work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds / done;
    }

    private static IEnumerable<(string Name, double Ms)> Rows(UnitCosts costs) =>
    [
        ("edge: a photograph decoded", costs.Edge.Decode.Mean), ("edge: the rest", costs.Edge.Rest.Mean), ("edge: its own vote (int8)", costs.Edge.Vote.Mean), ("edge: an answer of its own kept", costs.Edge.Keep.Mean),
        ("edge: and had judged", costs.Edge.Judge.Mean), ("edge: a refusal", costs.Edge.Refusal.Mean),
        ("gateway", costs.Gateway.Mean), ("gateway: a refusal", costs.GatewayRefusal.Mean), ("ensemble", costs.Ensemble.Mean),
        .. costs.Members.SelectMany(member => ((string, double)[])
        [
            ($"{member.Key}: an image alone", member.Value.Image.Mean), ($"{member.Key}: one of eight", member.Value.Image.Mean * member.Value.Share(8)), ($"{member.Key}: the rest", member.Value.Rest.Mean),
        ]),
        ("threads that wake, where hardly a core is busy", costs.Waking.Mean), ("store: a span", costs.StoreSpan.Mean), ("one hop, waiting", costs.Hop.Mean),
    ];

    private static string Text(double seconds) => new Spread([seconds * 1000]).Text("0.000");
}

/// <summary>Unit costs, and what they were measured with.</summary>
/// <param name="Costs">Them.</param>
/// <param name="Full">What all processes together took of a core for a photograph while all cores were busy, in seconds.</param>
/// <param name="Connections">That were open without a request.</param>
/// <param name="HandshakesPerSecond">That this machine did.</param>
internal sealed record UnitFigures(UnitCosts Costs, double Full, int Connections, double HandshakesPerSecond);
