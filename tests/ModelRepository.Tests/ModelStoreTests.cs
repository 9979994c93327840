using System.Security.Cryptography;

namespace InferenceTracing.ModelRepository.Tests;

public sealed class ModelStoreTests
{
    private static readonly IProgress<ModelProgress> Silent = new Collected([]);

    [Fact]
    public async Task OpenAsync_NothingReachable_DrawsUntrainedAndTriesAgainNextTime()
    {
        using var folder = new TemporaryFolder();
        List<string> said = [];
        var handler = new Unreachable();
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: true, handler);

        var first = await store.OpenAsync("mobilenetv2", new Collected(said), CancellationToken.None);
        var asked = handler.Requests;
        var second = await store.OpenAsync("mobilenetv2", Silent, CancellationToken.None);

        Assert.True(first.Untrained);
        Assert.Equal(Path.Combine(folder.Path, "untrained", "mobilenetv2", "1", "model.onnx"), first.GraphPath);
        Assert.Equal("1", first.Version);
        Assert.Empty(first.Labels);
        Assert.Equal(first.GraphPath, second.GraphPath);
        Assert.Equal(2, asked);
        Assert.Equal(4, handler.Requests);
        Assert.Contains(said, line => line.StartsWith("download failed", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task OpenAsync_MayNotDownload_AsksNobody()
    {
        using var folder = new TemporaryFolder();
        var handler = new Unreachable();
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: false, handler);

        Assert.True((await store.OpenAsync("mobilenetv2", Silent, CancellationToken.None)).Untrained);
        Assert.Equal(0, handler.Requests);
    }

    [Fact]
    public async Task OpenAsync_OwnModel_TakesNewestVersionConfigAndLabelsOfTheRepository()
    {
        using var empty = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        var graph = folder.Write("mine/10/model.onnx", "graph");
        folder.Write("mine/9/model.onnx", "old");
        folder.Write("mine/draft/model.onnx", "draft");
        folder.Write("mine/config.json", $$"""{"input":"pixels","sha256":"{{Convert.ToHexString(SHA256.HashData("graph"u8))}}"}""");
        folder.Write("labels.txt", string.Concat(Enumerable.Range(0, 1000).Select(i => $"thing {i}\n")));
        using var store = new ModelStore(new ModelSearchPath([empty.Path, folder.Path]), mayDownload: true, new Unreachable());

        var model = await store.OpenAsync("mine", Silent, CancellationToken.None);

        Assert.Equal((graph, "10", "pixels"), (model.GraphPath, model.Version, model.Config.Input));
        Assert.Equal("thing 999", model.Labels[999]);
    }

    [Fact]
    public async Task AddQuantisedAsync_Twice_IsOpenedByItsPrecisionAndLeavesTheOriginal()
    {
        using var written = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        folder.Write("mine/3/model.onnx", "graph");
        folder.Write("mine/config.json", """{"input":"pixels","layout":"NHWC"}""");
        folder.Write("mine/labels.txt", string.Concat(Enumerable.Range(0, 1000).Select(i => $"thing {i}\n")));
        using var store = new ModelStore(new ModelSearchPath([written.Path, folder.Path]), mayDownload: false);
        var original = await store.OpenAsync("mine", Silent, CancellationToken.None);

        await store.AddQuantisedAsync(original, folder.Write("first", "8 bits"), CancellationToken.None);
        var place = await store.AddQuantisedAsync(original, folder.Write("second", "8 better bits"), CancellationToken.None);
        var quantised = await store.OpenAsync("mine", Precision.Int8, Silent, CancellationToken.None);
        var again = await store.OpenAsync("mine", Silent, CancellationToken.None);

        Assert.Equal(Path.Combine(written.Path, "mine", "3-int8"), place);
        Assert.Equal((Path.Combine(place, "model.onnx"), "3-int8", Precision.Int8), (quantised.GraphPath, quantised.Version, quantised.Precision));
        Assert.Equal(("pixels", TensorLayout.Nhwc, "thing 999"), (quantised.Config.Input, quantised.Config.Layout, quantised.Labels[999]));
        Assert.Equal("8 better bits", await File.ReadAllTextAsync(quantised.GraphPath));
        Assert.Equal((original.GraphPath, Precision.Float32), (again.GraphPath, again.Precision));
        Assert.Equal([place], Directory.GetDirectories(Path.Combine(written.Path, "mine")));
    }

    [Fact]
    public async Task OpenAsync_QuantisedFileIsAnother_SaysSo()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine/1/model.onnx", "graph");
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: false);
        var original = await store.OpenAsync("mine", Silent, CancellationToken.None);
        var place = await store.AddQuantisedAsync(original, folder.Write("graph", "8 bits"), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(place, "model.onnx"), "cut off");

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => store.OpenAsync("mine", Precision.Int8, Silent, CancellationToken.None));

        Assert.Contains("is damaged or another file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_NoQuantisedVersion_SaysHowToMakeOne()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine/1/model.onnx", "graph");
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: false);

        var failure = await Assert.ThrowsAsync<FileNotFoundException>(() => store.OpenAsync("mine", Precision.Int8, Silent, CancellationToken.None));

        Assert.Contains("quantise --model mine --photos", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("efficientnetb0", null)]
    [InlineData("mine", """{"sha256":"00"}""")]
    public async Task OpenAsync_FileIsAnother_SaysSoInOneLine(string name, string? config)
    {
        using var folder = new TemporaryFolder();
        folder.Write($"{name}/1/model.onnx", "damaged");

        if (config is not null)
        {
            folder.Write($"{name}/config.json", config);
        }

        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: true, new Unreachable());

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => store.OpenAsync(name, Silent, CancellationToken.None));

        Assert.Contains("is damaged or another file", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../mobilenetv2")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    public async Task OpenAsync_NoName_IsRefused(string name)
    {
        using var store = new ModelStore(new ModelSearchPath(["."]), mayDownload: false);

        await Assert.ThrowsAsync<InvalidDataException>(() => store.OpenAsync(name, Silent, CancellationToken.None));
    }

    [Fact]
    public async Task OpenAsync_UnknownModelNowhere_NamesTheFoldersAndTheKnownOnes()
    {
        using var folder = new TemporaryFolder();
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: true, new Unreachable());

        var failure = await Assert.ThrowsAsync<FileNotFoundException>(() => store.OpenAsync("resnet", Silent, CancellationToken.None));

        Assert.Contains(folder.Path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("efficientnetb0 and mobilenetv2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_LabelsOfAnotherLength_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine/1/model.onnx", "graph");
        folder.Write("labels.txt", "one\ntwo\n");
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: false);

        Assert.Contains("1000 lines", (await Assert.ThrowsAsync<InvalidDataException>(
            () => store.OpenAsync("mine", Silent, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_TwoAtOnce_DrawOnlyOnce()
    {
        using var folder = new TemporaryFolder();
        using var store = new ModelStore(new ModelSearchPath([folder.Path]), mayDownload: false);

        var models = await Task.WhenAll(Enumerable.Range(0, 3).Select(
            _ => Task.Run(() => store.OpenAsync("mobilenetv2", Silent, CancellationToken.None))));

        Assert.Single(models.Select(model => model.GraphPath).Distinct());
    }

    [Fact]
    public void FromSynsets_TheZoosLines_AreThePinnedLabels()
    {
        var labels = Path.Combine(Shared(), "labels.txt");
        Assert.SkipUnless(File.Exists(labels), "the labels file of ../shared/models is not there");

        var synsets = string.Concat(File.ReadAllLines(labels).Select((line, i) => $"n{i:00000000} {line}\n"));

        Assert.Equal(File.ReadAllBytes(labels), ClassLabelsFile.FromSynsets(synsets));
        Assert.Null(ClassLabelsFile.FromSynsets(synsets.Replace("tench", "trench", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("mobilenetv2")]
    [InlineData("efficientnetv2b0")]
    [InlineData("efficientnetlite0")]
    public async Task OpenAsync_ModelsBesideTheCheckout_AreThePinnedOnes(string name)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Shared(), name)), $"../shared/models has no {name}");
        using var store = new ModelStore(new ModelSearchPath([Shared()]), mayDownload: false);

        var model = await store.OpenAsync(name, Silent, CancellationToken.None);

        Assert.False(model.Untrained);
        Assert.Equal("golden retriever", model.Labels[207]);
    }

    [Fact]
    public void Choose_ByWhatIsThere_PrefersItselfThenItsStandInsInTheirOrder()
    {
        using var folder = new TemporaryFolder();
        var path = new ModelSearchPath([folder.Path]);

        Assert.Equal("efficientnetb0", KnownModel.Choose("efficientnetb0", path));
        folder.Write("efficientnetv2b0/1/model.onnx", "");
        Assert.Equal("efficientnetv2b0", KnownModel.Choose("efficientnetb0", path));
        folder.Write("efficientnetlite0/1/model.onnx", "");
        Assert.Equal("efficientnetlite0", KnownModel.Choose("efficientnetb0", path));
        folder.Write("efficientnetb0/1/model.onnx", "");
        Assert.Equal("efficientnetb0", KnownModel.Choose("efficientnetb0", path));
        Assert.Equal("mobilenetv2", KnownModel.Choose("mobilenetv2", path));
        Assert.Equal("my-own", KnownModel.Choose("my-own", path));
    }

    private static string Shared() => ModelSearchPath.Default(null).Folders[^1];

    private sealed class Unreachable : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            throw new HttpRequestException("no route to host");
        }
    }
}

/// <summary>Progress in the order it was said.</summary>
internal sealed class Collected(List<string> lines) : IProgress<ModelProgress>
{
    public void Report(ModelProgress value) => lines.Add(value.ToString());
}
