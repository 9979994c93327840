using InferenceTracing.Setup;
using YamlDotNet.Serialization;

namespace InferenceTracing.Containers.Tests.Compose;

/// <summary>
/// The edge collector's configuration, as far as it can be looked at without the collector: its image cannot be had on every machine.
/// The names are those of contrib 0.159.
/// </summary>
public sealed class EdgeCollectorTests
{
    private static readonly Dictionary<object, object> Config = Read("compose", "collector", "edge.yaml");

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

    /// <summary>What a processor holds in memory is lost with the process, and a full queue behind it is never said to the sender.</summary>
    [Fact]
    public void Queue_HasNothingInFrontOfItThatHoldsSpans() => Assert.Equal(["memory_limiter"], List(At("service", "pipelines", "traces", "processors")));

    [Theory]
    [InlineData(QueueSize.LeastAtEdge, "otlp_http/cluster", "compose", "collector", "edge.yaml")]
    [InlineData(QueueSize.LeastInCluster, "otlp_grpc/jaeger", "k8s", "components", "collector", "collector-config.yaml")]
    public void Queue_SmallestThatIsTaken_IsOneBatch(int least, string exporter, params string[] file) =>
        Assert.Equal($"{least}", At(Read(file), "exporters", exporter, "sending_queue", "batch", "min_size"));

    private static object At(params string[] path) => At(Config, path);

    private static object At(object config, params string[] path) => path.Aggregate(config, (node, key) => ((Dictionary<object, object>)node)[key]);

    private static Dictionary<object, object> Read(params string[] file) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(CheckoutFiles.At(file)));

    private static List<string> Keys(object node) => [.. ((Dictionary<object, object>)node).Keys.Cast<string>()];

    private static List<string> List(object node) => [.. ((List<object>)node).Cast<string>()];
}
