using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.ModelRepository;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Preprocessing.Calibrating;
using InferenceTracing.Runner;
using InferenceTracing.Topology;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the edge's own vote saves: calibrated on one half of the labelled photographs, measured on the other. Both systems are up all the time; the load goes from one to the other.</summary>
internal sealed class CascadeGain : IBenchmark
{
    private const string EdgeModel = "mobilenetv2";

    private const double Wanted = 0.99, LeastAgreement = 0.985, LeastShare = 0.5, LeastRatio = 1.6;

    public string Name => "cascade";

    public string Question => "The cascade, its edge with MobileNetV2 in int8 and calibrated for an agreement of 99 % on one half of `../shared/labelled`, against the cluster alone, alternating, with the other half: at least half of the answers given at the edge, at least 98.5 % of those the ensemble's as well, and with an ensemble in float32 at least 1.6 times the photographs a second. With one in int8 less is left to save: the edge's own work, its vote included, stays.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        await QuantisedModels.ProvideAsync(Checkout.Find(), [.. bench.Models.Names.Append(EdgeModel).Distinct()], cancellationToken);
        var labelled = PhotoLabels.Read(Checkout.Find().SharedLabelled, ProbabilitiesOutput.Classes);
        List<Photograph> unseen = [.. labelled.Where(photo => photo.Use == PhotoUse.Evaluate).Select(photo => new Photograph(Path.GetFileName(photo.Path), File.ReadAllBytes(photo.Path)))];
        Dictionary<string, int?> classes = labelled.ToDictionary(photo => Path.GetFileName(photo.Path), photo => photo.Class);
        var gains = new List<Gain>();

        foreach (var precision in (Precision[])[Precision.Float32, Precision.Int8])
        {
            gains.Add(await GainAsync(bench, precision, labelled, unseen, classes, cancellationToken));
        }

        var inFloat = gains[0];

        return new Findings(
            FormattableString.Invariant($"{inFloat.Answers.Share * 100:0.0} % of {unseen.Count} photographs are answered at the edge, {inFloat.Answers.EdgeAgreement * 100:0.0} % of those as the ensemble would; {inFloat.Ratio.Text("0.00")} times the photographs a second with an ensemble in float32, {gains[1].Ratio.Text("0.00")} times with one in int8."),
            gains.TrueForAll(gain => gain.Answers.EdgeAgreement >= LeastAgreement && gain.Answers.Share >= LeastShare) && inFloat.Ratio.Median >= LeastRatio,
            [
                new FigureTable(
                    ["the ensemble in", "answered a second, cloud", "cascade", "times more", "processor time of a photograph, cloud, ms", "cascade", "times less"],
                    [.. gains.Select(gain => (string[])
                    [
                        gain.Precision.Name(), gain.Pairing.First(cost => cost.Rate).Text("0.0"), gain.Pairing.Second(cost => cost.Rate).Text("0.0"), gain.Ratio.Text("0.00"),
                        gain.Pairing.First(cost => cost.Busy).Text("0.0"), gain.Pairing.Second(cost => cost.Busy).Text("0.0"), gain.Pairing.Of((one, other) => one.Busy / other.Busy).Text("0.00"),
                    ])]),
                new FigureTable(
                    [$"{unseen.Count} photographs not calibrated with", "answered at the edge", "of those as the ensemble", "of all as the ensemble", "top-1, ensemble", "top-1, cascade", "bytes of pixels sent a photograph"],
                    [.. gains.Select(gain => (string[])
                    [
                        gain.Precision.Name(), Percent(gain.Answers.Share), Percent(gain.Answers.EdgeAgreement), Percent(gain.Answers.Agreement), Percent(gain.Answers.EnsembleRight), Percent(gain.Answers.CascadeRight),
                        FormattableString.Invariant($"{(1 - gain.Answers.Share) * PixelTensor.BytesPerImage:0}"),
                    ])]),
            ]);
    }

    private static string Percent(double share) => new Spread([share]).Percent();

    private static async Task<Gain> GainAsync(
        Bench bench, Precision precision, IReadOnlyList<LabelledPhoto> labelled, IReadOnlyList<Photograph> unseen, Dictionary<string, int?> classes, CancellationToken cancellationToken)
    {
        var cloud = await bench.SystemAsync($"cloud {precision}", traced: true, new Dictionary<string, string> { ["Model__Precision"] = precision.Name() }, cancellationToken);
        var folder = Directory.CreateTempSubdirectory("inference-tracing-cascade-").FullName;

        try
        {
            await CalibrateAsync(cloud, labelled, folder, cancellationToken);
            var cascade = await bench.SystemAsync(
                $"cascade {precision}",
                traced: true,
                new Dictionary<string, string>
                {
                    ["Model__Precision"] = precision.Name(), ["Edge__Mode"] = "cascade", ["Edge__Model"] = EdgeModel, ["Edge__Precision"] = Precision.Int8.Name(), ["Edge__Folder"] = folder,
                },
                cancellationToken);
            var clients = 4 * Environment.ProcessorCount;
            var answers = await AnswersAsync(cloud, cascade, unseen, classes, cancellationToken);
            var pairing = await Interleaved.RunAsync(bench.Effort.Pairs, () => CostAsync(cloud), () => CostAsync(cascade));
            return new Gain(precision, pairing, answers);

            async Task<Cost> CostAsync(SystemUnderTest system)
            {
                var watched = await system.WatchClosedAsync(clients, bench.Effort.Slice, unseen, cancellationToken);
                // The last is the load generator, which is no part of the system.
                return new Cost(watched.Busy.SkipLast(1).Sum(process => process.Cores) * 1000 / watched.Measured.AnsweredPerSecond, watched.Measured.AnsweredPerSecond);
            }
        }
        finally
        {
            // The edge has read its calibration; what it still writes into the folder it keeps open.
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>As an operator does it, against the running cluster.</summary>
    private static async Task CalibrateAsync(SystemUnderTest cloud, IReadOnlyList<LabelledPhoto> labelled, string folder, CancellationToken cancellationToken)
    {
        var photos = Directory.CreateDirectory(Path.Combine(folder, "photos")).FullName;

        foreach (var photo in labelled.Where(photo => photo.Use == PhotoUse.Calibrate))
        {
            File.Copy(photo.Path, Path.Combine(photos, Path.GetFileName(photo.Path)));
        }

        var edge = cloud.Plan[SystemParts.Preprocessing].Settings;
        await CalibrateRun.RunAsync(
            new CalibrateOptions(
                photos,
                Wanted,
                [
                    $"--Cluster:Url={edge["Cluster__Url"]}", $"--Cluster:ApiKey={edge["Cluster__ApiKey"]}", $"--Edge:Folder={folder}",
                    $"--Edge:Model={EdgeModel}", $"--Edge:Precision={Precision.Int8.Name()}",
                ]),
            cancellationToken);
    }

    private static async Task<Answers> AnswersAsync(
        SystemUnderTest cloud, SystemUnderTest cascade, IReadOnlyList<Photograph> photos, Dictionary<string, int?> classes, CancellationToken cancellationToken)
    {
        int atEdge = 0, edgeAgrees = 0, agrees = 0, ensembleRight = 0, cascadeRight = 0;

        foreach (var photo in photos)
        {
            var (one, other) = (await AskAsync(cloud, photo, cancellationToken), await AskAsync(cascade, photo, cancellationToken));
            var (isSame, isEdge) = (one.Class == other.Class, other.DecidedBy == "edge");
            atEdge += isEdge ? 1 : 0;
            edgeAgrees += isEdge && isSame ? 1 : 0;
            agrees += isSame ? 1 : 0;
            ensembleRight += one.Class == classes[photo.Name] ? 1 : 0;
            cascadeRight += other.Class == classes[photo.Name] ? 1 : 0;
        }

        double all = photos.Count;
        return new Answers(atEdge / all, edgeAgrees / (double)Math.Max(1, atEdge), agrees / all, ensembleRight / all, cascadeRight / all);
    }

    private static async Task<(int Class, string? DecidedBy)> AskAsync(SystemUnderTest system, Photograph photo, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = system.Plan.Edge };
        using var body = new ByteArrayContent(photo.Bytes);
        using var response = await client.PostAsync(new Uri("preprocessing", UriKind.Relative), body, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return (answer.GetProperty("prediction").GetProperty("class").GetInt32(), answer.GetProperty("decidedBy").GetString());
    }

    /// <summary>Processor time of a photograph in the whole system, in milliseconds of one core, and photographs a second.</summary>
    private sealed record Cost(double Busy, double Rate);

    /// <summary>Shares, 0 … 1.</summary>
    private sealed record Answers(double Share, double EdgeAgreement, double Agreement, double EnsembleRight, double CascadeRight);

    private sealed record Gain(Precision Precision, Pairing<Cost, Cost> Pairing, Answers Answers)
    {
        public Spread Ratio => Pairing.Of((one, other) => other.Rate / one.Rate);
    }
}
