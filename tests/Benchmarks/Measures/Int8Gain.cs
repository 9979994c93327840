using System.Numerics.Tensors;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Imaging;
using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.ModelServer.Quantisation;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Runner;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What networks in int8 bring and cost. Both systems are up all the time; the load goes from one to the other.</summary>
internal sealed class Int8Gain : IBenchmark
{
    private const double TargetRatio = 1.45, TargetAgreement = 0.97, TargetDivergence = 0.03;

    public string Name => "int8";

    public string Question => "The networks' int8 versions against float32, alternating: on the photographs held back in `../shared/labelled` the whole system's processor time of one at least 1.45 times less, the ensemble's likeliest class the same for at least 97 %, its mean KL divergence at most 0.03.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        await QuantisedModels.ProvideAsync(Checkout.Find(), bench.Models.Names, cancellationToken);
        var likeness = await LikenessAsync(bench, cancellationToken);
        var inFloat = await bench.SystemAsync(cancellationToken);
        var inInt8 = await bench.SystemAsync("int8", traced: true, new Dictionary<string, string> { ["Model__Precision"] = Precision.Int8.Name() }, cancellationToken);
        var clients = 4 * Environment.ProcessorCount;
        List<Photograph> heldBack = [.. HeldBack().Select(photo => new Photograph(Path.GetFileName(photo.Path), File.ReadAllBytes(photo.Path)))];
        var pairing = await Interleaved.RunAsync(bench.Effort.Pairs, () => CostAsync(inFloat, bench.Photos), () => CostAsync(inInt8, bench.Photos));
        // What it is worth depends on what the edge does with a photograph first: one of eight megapixels takes more to decode than both networks.
        var ofHeldBack = await Interleaved.RunAsync(bench.Effort.Pairs, () => CostAsync(inFloat, heldBack), () => CostAsync(inInt8, heldBack));
        var ratio = ofHeldBack.Of((one, other) => one.Whole / other.Whole);
        var ensemble = likeness[^1].Likeness;

        return new Findings(
            FormattableString.Invariant($"A photograph of those held back takes {ratio.Text("0.00")} times less processor time, one of the {bench.Photos.Count} of the other figures {pairing.Of((one, other) => one.Whole / other.Whole).Text("0.00")} times; the ensemble agrees with itself in float32 on {ensemble.Agreement * 100:0.0} %, with a mean KL divergence of {ensemble.Divergence:0.000}."),
            ratio.Median >= TargetRatio && ensemble.Agreement >= TargetAgreement && ensemble.Divergence <= TargetDivergence,
            [
                new FigureTable(
                    ["processor time of a photograph, ms of one core", "float32", "int8", "times less", "MiB, float32", "MiB, int8"],
                    [
                        .. inFloat.Fleet.Processes.Select((process, index) => (string[])
                        [
                            process.Spec.Name,
                            pairing.First(cost => cost.Parts[index]).Text("0.00"), pairing.Second(cost => cost.Parts[index]).Text("0.00"),
                            pairing.Of((one, other) => one.Parts[index] / other.Parts[index]).Text("0.00"),
                            new Spread([ResidentSize.OfProcess(process.Id)]).Text("0"), new Spread([ResidentSize.OfProcess(inInt8.Fleet.Processes[index].Id)]).Text("0"),
                        ]),
                        ["all of these", pairing.First(cost => cost.Whole).Text("0.00"), pairing.Second(cost => cost.Whole).Text("0.00"), pairing.Of((one, other) => one.Whole / other.Whole).Text("0.00"), "", ""],
                        [$"all of these, {heldBack.Count} held back", ofHeldBack.First(cost => cost.Whole).Text("0.00"), ofHeldBack.Second(cost => cost.Whole).Text("0.00"), ratio.Text("0.00"), "", ""],
                    ]),
                new FigureTable(
                    [$"answered a second, {clients} clients", "float32", "int8", "times more"],
                    [RateRow($"{bench.Photos.Count} photographs", pairing), RateRow($"{heldBack.Count} held back", ofHeldBack)]),
                new FigureTable(
                    [$"{ensemble.Photographs} photographs held back", "the same class", "mean KL divergence", "top-1 float32", "top-1 int8"],
                    [.. likeness.Select(each => (string[])
                    [
                        each.Name, new Spread([each.Likeness.Agreement]).Percent(), new Spread([each.Likeness.Divergence]).Text("0.000"),
                        new Spread([each.Likeness.ReferenceTop1]).Percent(), new Spread([each.Likeness.OtherTop1]).Percent(),
                    ])]),
            ]);

        async Task<Cost> CostAsync(SystemUnderTest system, IReadOnlyList<Photograph> photos)
        {
            var watched = await system.WatchClosedAsync(clients, bench.Effort.Slice, photos, cancellationToken);
            // The last is the load generator, which is no part of the system.
            return new Cost([.. watched.Busy.SkipLast(1).Select(process => process.Cores * 1000 / watched.Measured.AnsweredPerSecond)], watched.Measured.AnsweredPerSecond);
        }
    }

    private static string[] RateRow(string name, Pairing<Cost, Cost> pairing) =>
        [name, pairing.First(cost => cost.Rate).Text("0.0"), pairing.Second(cost => cost.Rate).Text("0.0"), pairing.Of((one, other) => other.Rate / one.Rate).Text("0.00")];

    private static IReadOnlyList<LabelledPhoto> HeldBack() => LabelledPhotos.Read(Checkout.Find().SharedLabelled, calibrate: 50, evaluate: 1000).HeldBack;

    /// <summary>Each member's and, last, the ensemble's.</summary>
    private static async Task<IReadOnlyList<(string Name, Likeness Likeness)>> LikenessAsync(Bench bench, CancellationToken cancellationToken)
    {
        using var store = new ModelStore(ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY")), mayDownload: false);
        var members = new List<(string Name, Network Float, Network Int8, Likeness Likeness)>();

        foreach (var name in bench.Models.Names)
        {
            members.Add((name, await LoadAsync(name, Precision.Float32), await LoadAsync(name, Precision.Int8), new Likeness()));
        }

        var (ensemble, decoder) = (new Likeness(), new PhotoDecoder(new ImageOptions()));
        using var pixels = PixelTensor.Rent(1);

        foreach (var photo in HeldBack())
        {
            if (!decoder.TryDecode(photo.Path, pixels, out _, cancellationToken))
            {
                continue;
            }

            float[] reference = new float[ProbabilitiesOutput.Classes], other = new float[ProbabilitiesOutput.Classes];

            foreach (var member in members)
            {
                var (one, two) = (Run(member.Float, pixels), Run(member.Int8, pixels));
                member.Likeness.Add(one, two, photo.Class);
                TensorPrimitives.MultiplyAdd(one, 1f / members.Count, reference, reference);
                TensorPrimitives.MultiplyAdd(two, 1f / members.Count, other, other);
            }

            ensemble.Add(reference, other, photo.Class);
        }

        members.ForEach(member =>
        {
            member.Float.Dispose();
            member.Int8.Dispose();
        });
        return [.. members.Select(member => (member.Name, member.Likeness)), ("ensemble", ensemble)];

        async Task<Network> LoadAsync(string name, Precision precision) =>
            Network.Load(await store.OpenAsync(name, precision, new Progress<ModelProgress>(), cancellationToken), 1);
    }

    private static float[] Run(Network network, PixelTensor pixels)
    {
        var probabilities = new float[ProbabilitiesOutput.Classes];
        network.Run([pixels], 1, probabilities);
        return probabilities;
    }

    /// <summary>Processor time of a photograph in each process, in milliseconds of one core, and photographs a second.</summary>
    private sealed record Cost(IReadOnlyList<double> Parts, double Rate)
    {
        public double Whole => Parts.Sum();
    }
}
