using System.Numerics.Tensors;
using InferenceTracing.Imaging;
using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.ModelServer.Quantisation;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Photos;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TestBed;

namespace InferenceTracing.ModelServer.Tests.Quantisation;

/// <summary>The command as one gives it, and on real photographs what the issue asks of the ensemble.</summary>
public sealed class QuantiseTests : IDisposable
{
    private static readonly string Models = ModelSearchPath.Default(null).Folders[^1];
    private static readonly string Labelled = Path.GetFullPath(Path.Combine(Models, "..", "labelled"));

    private readonly string _repository = Directory.CreateTempSubdirectory("quantised-").FullName;

    public void Dispose() => Directory.Delete(_repository, recursive: true);

    [Fact]
    public async Task Quantise_ModelsBesideTheCheckout_HoldTheBar()
    {
        SkipWithoutShared();
        var photos = LabelledPhotos.Read(Labelled, calibrate: 100, evaluate: 100);
        using var store = new ModelStore(new ModelSearchPath([_repository, Models]), mayDownload: false);
        List<(Network Float, Network Int8)> members = [];

        foreach (var name in (string[])["efficientnetv2b0", "mobilenetv2"])
        {
            var original = await store.OpenAsync(name, new Progress<ModelProgress>(), CancellationToken.None);
            var graph = Path.Combine(_repository, $"{name}.onnx");
            await QuantiseRun.QuantiseAsync(original, photos.Calibrate, _repository, graph, CancellationToken.None);
            await store.AddQuantisedAsync(original, graph, CancellationToken.None);
            var quantised = await store.OpenAsync(name, Precision.Int8, new Progress<ModelProgress>(), CancellationToken.None);
            members.Add((Network.Load(original, 2), Network.Load(quantised, 2)));
            Assert.InRange(new FileInfo(quantised.GraphPath).Length, 0, new FileInfo(original.GraphPath).Length / 2);
        }

        var likeness = Compare(members, photos.HeldBack);

        members.ForEach(member =>
        {
            member.Float.Dispose();
            member.Int8.Dispose();
        });
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"agreement {likeness.Agreement:0.000}, KL {likeness.Divergence:0.0000}, top-1 {likeness.ReferenceTop1:0.000} and {likeness.OtherTop1:0.000}");
        // Of a hundred photographs each is a point of top-1: chance decides, so it is only printed.
        Assert.Equal(100, likeness.Photographs);
        Assert.InRange(likeness.Agreement, 0.97, 1);
        Assert.InRange(likeness.Divergence, 0, 0.03);
    }

    [Fact]
    public async Task Quantise_AsACommand_WritesAVersionThatIsServed()
    {
        SkipWithoutShared();
        var run = await CommandRun.OfAsync(
            Path.Combine(AppContext.BaseDirectory, "ModelServer"),
            ["quantise", "--model", "mobilenetv2", "--photos", Labelled, "--calibrate", "10", "--evaluate", "20", "--agreement", "50"],
            variables: [("MODEL_REPOSITORY", _repository)]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All((string[])["20 photographs held back", "mean KL divergence", "top-1 of the 20 labelled"], line => Assert.Contains(line, run.Output, StringComparison.Ordinal));
        Assert.Equal(
            ["mobilenetv2", "mobilenetv2/1-int8", "mobilenetv2/1-int8/config.json", "mobilenetv2/1-int8/model.onnx"],
            Directory.EnumerateFileSystemEntries(_repository, "*", SearchOption.AllDirectories).Select(entry => Path.GetRelativePath(_repository, entry))
                .Where(entry => entry != ".lock").Order(StringComparer.Ordinal));

        await using var server = await StartedService.StartAsync(
            "ModelServer", [("Model:Name", "mobilenetv2"), ("Model:Precision", "int8"), ("MODEL_REPOSITORY", _repository)]);
        using var probe = new ModelProbe(server.Address, "mobilenetv2");
        await Patience.UntilAsync(() => probe.AskAsync(CancellationToken.None), problem => problem is null);
        using var images = PixelTensor.Rent(1);
        images.Span.Fill(99);

        var answer = await new OpenInferenceClient(server.Client).InferAsync(
            "mobilenetv2", images, Deadline.After(TimeSpan.FromSeconds(10), TimeProvider.System), CancellationToken.None);

        Assert.Equal(("1-int8", "int8"), (answer.ModelVersion, answer.Prediction.Parameters["precision"]));
        Assert.Equal("int8", (await probe.DescribeAsync(CancellationToken.None))!.Precision);
    }

    private static void SkipWithoutShared() => Assert.SkipUnless(
        Directory.Exists(Path.Combine(Models, "efficientnetv2b0")) && Directory.Exists(Labelled), "../shared has no models, or no labelled photographs");

    private static Likeness Compare(List<(Network Float, Network Int8)> members, IEnumerable<LabelledPhoto> photos)
    {
        var likeness = new Likeness();
        var decoder = new PhotoDecoder(new ImageOptions());
        using var pixels = PixelTensor.Rent(1);

        foreach (var photo in photos)
        {
            Assert.True(decoder.TryDecode(photo.Path, pixels, out _, CancellationToken.None));
            likeness.Add(Vote(members.Select(member => member.Float), pixels), Vote(members.Select(member => member.Int8), pixels), photo.Class);
        }

        return likeness;
    }

    private static float[] Vote(IEnumerable<Network> members, PixelTensor pixels)
    {
        float[] sum = new float[1000], one = new float[1000];

        foreach (var member in members)
        {
            member.Run([pixels], 1, one);
            TensorPrimitives.Add(sum, one, sum);
        }

        TensorPrimitives.Divide(sum, sum.Sum(), sum);
        return sum;
    }
}
