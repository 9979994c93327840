using InferenceTracing.ModelRepository;

namespace InferenceTracing.Runner.Tests;

/// <summary>The compose file and the Kubernetes files say of the models what the list says.</summary>
public sealed class ModelFilesTests
{
    private static readonly string Root = Checkout.Find().Root;

    private static readonly KnownModel Third = KnownModel.Find("efficientnetlite0")!;

    [Fact]
    public void Of_TheListsVoters_IsWhatTheFilesAre()
    {
        var files = ModelFiles.Of(KnownModel.Voters, Read);

        Assert.All(files, file => Assert.True(Read(file.Key) == file.Value, $"{file.Key} is not as the list says: run `{ModelFiles.Command}`"));
        Assert.Equal(
            KnownModel.Voters.Select(model => model.Name).Order(),
            Directory.EnumerateDirectories(Path.Combine(Root, "k8s", "models")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Of_AThirdVoter_HasItInEveryFile()
    {
        var files = ModelFiles.Of([.. KnownModel.Voters, Third with { Weight = 0.5 }], Read);

        Assert.Contains("  - ../models/efficientnetlite0\n", files["k8s/base/kustomization.yaml"], StringComparison.Ordinal);
        Assert.Contains(
            "            - name: Ensemble__Members__efficientnetlite0__Url\n              value: http://efficientnetlite0:5012\n"
            + "            - name: Ensemble__Members__efficientnetlite0__Weight\n              value: \"0.5\"\n",
            files["k8s/base/ensemble.yaml"], StringComparison.Ordinal);
        Assert.Contains("  name: efficientnetlite0\n", files["k8s/models/efficientnetlite0/name.yaml"], StringComparison.Ordinal);
        var laptop = files["compose/laptop.yaml"];
        Assert.Contains("      Ensemble__Members__efficientnetlite0__Url: http://efficientnetlite0:5012\n", laptop, StringComparison.Ordinal);
        Assert.Contains("      efficientnetlite0: { condition: service_healthy }\n", laptop, StringComparison.Ordinal);
        Assert.Contains("  efficientnetlite0:\n    <<: *model\n    environment: { <<: *model-environment, Model__Name: efficientnetlite0 }\n", laptop, StringComparison.Ordinal);
        // All else stays as it is.
        Assert.Equal(Read("compose/laptop.yaml").Split('\n').Length + 7, laptop.Split('\n').Length);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("under_score")]
    [InlineData("dot.ted")]
    [InlineData("-dash")]
    public void Of_NameThatNoDeploymentCanHave_IsRefused(string name) => Assert.Contains(
        name, Assert.Throws<LocalException>(() => ModelFiles.Of([Third with { Name = name }], Read)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_FileWithoutItsMarks_IsRefused() => Assert.Contains(
        "compose/laptop.yaml", Assert.Throws<LocalException>(() => ModelFiles.Of(KnownModel.Voters, _ => "services: {}\n")).Message, StringComparison.Ordinal);

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
