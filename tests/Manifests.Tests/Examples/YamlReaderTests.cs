using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>Scalars mean what they mean to kubectl.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("0440", "288")]
    [InlineData("1.5", "1.5")]
    [InlineData("on", "true")]
    [InlineData("No", "false")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("[a, 1]", "[\"a\",1]")]
    public void Read_Scalar_HasItsType(string yaml, string json) =>
        Assert.Equal($"{{\"a\":{json}}}", YamlReader.Read($"a: {yaml}").Single().ToJsonString());

    [Fact]
    public void Read_KeyTwice_Refuses() => Assert.Throws<YamlDotNet.Core.YamlException>(() => YamlReader.Read("a: 1\na: 2"));

    [Fact]
    public void Read_MergeKey_TakesWhatIsNotThere() =>
        Assert.Equal("{\"x\":{\"a\":1,\"b\":2},\"y\":{\"a\":3,\"b\":2}}",
            YamlReader.Read("x: &x {a: 1, b: 2}\ny: {a: 3, <<: *x}").Single().ToJsonString());
}
