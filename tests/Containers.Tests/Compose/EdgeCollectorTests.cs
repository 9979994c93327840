using YamlDotNet.Serialization;

namespace InferenceTracing.Containers.Tests.Compose;

/// <summary>
/// The edge collector's configuration, as far as it can be looked at without the collector: its image cannot be had on every machine.
/// The names are those of contrib 0.159.
/// </summary>
public sealed class EdgeCollectorTests
{
    private static readonly Dictionary<object, object> Config =
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(CheckoutFiles.At("compose", "collector", "edge.yaml")));

    [Theory]
    [InlineData("receivers")]
    [InlineData("processors")]
    [InlineData("exporters")]
    public void Pipelines_Components_AreTheOnesDefined(string kind)
    {
        var defined = Keys(At(kind));
        var used = Keys(At("service", "pipelines")).SelectMany(pipeline => List(At("service", "pipelines", pipeline, kind))).ToHashSet();

        Assert.Equal(defined.Order(), used.Order());
    }

    [Fact]
    public void Extensions_AreTheOnesStarted() => Assert.Equal(Keys(At("extensions")).Order(), List(At("service", "extensions")).Order());

    [Fact]
    public void Components_AreInTheDistribution() => Assert.Subset(
        new HashSet<string> { "health_check", "file_storage", "otlp", "memory_limiter", "otlp_http" },
        new[] { "extensions", "receivers", "processors", "exporters" }.SelectMany(kind => Keys(At(kind))).Select(name => name.Split('/')[0]).ToHashSet());

    [Fact]
    public void Queue_LiesOnDisk_SyncedBoundedAndNeverGivenUp()
    {
        Assert.Equal("true", At("extensions", "file_storage/queue", "fsync"));
        Assert.Equal("file_storage/queue", At("exporters", "otlp_http/cluster", "sending_queue", "storage"));
        Assert.Equal("items", At("exporters", "otlp_http/cluster", "sending_queue", "sizer"));
        Assert.Equal("${env:QUEUE_SPANS:-200000}", At("exporters", "otlp_http/cluster", "sending_queue", "queue_size"));
        Assert.Equal("0s", At("exporters", "otlp_http/cluster", "retry_on_failure", "max_elapsed_time"));
    }

    [Fact]
    public void MemoryLimiter_ComesFirst() => Assert.Equal("memory_limiter", List(At("service", "pipelines", "traces", "processors"))[0]);

    private static object At(params string[] path) => path.Aggregate((object)Config, (node, key) => ((Dictionary<object, object>)node)[key]);

    private static List<string> Keys(object node) => [.. ((Dictionary<object, object>)node).Keys.Cast<string>()];

    private static List<string> List(object node) => [.. ((List<object>)node).Cast<string>()];
}
