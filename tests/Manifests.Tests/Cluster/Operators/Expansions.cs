using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>Which operator answers for which kind.</summary>
internal static class Expansions
{
    public static Expansion Of(Manifest item, RenderedManifests manifests) => (item.Group, item.Kind) switch
    {
        ("cert-manager.io", "Certificate") => CertManager.Expand(item),
        ("elasticsearch.k8s.elastic.co", "Elasticsearch") => ElasticOperator.Expand(item),
        ("postgresql.cnpg.io", "Cluster") => PostgresOperator.Expand(item),
        ("kafka.strimzi.io", "Kafka") => KafkaOperator.Kafka(item),
        ("kafka.strimzi.io", "KafkaNodePool") => KafkaOperator.NodePool(item, manifests),
        ("kafka.strimzi.io", "KafkaUser") => KafkaOperator.User(item),
        ("opentelemetry.io", "OpenTelemetryCollector") => CollectorOperator.Expand(item),
        _ => new Expansion(),
    };
}
