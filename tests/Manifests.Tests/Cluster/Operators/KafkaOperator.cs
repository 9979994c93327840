using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>Strimzi: a KafkaNodePool becomes pods, a Kafka the Services in front of them, a KafkaUser a Secret.</summary>
internal static class KafkaOperator
{
    public static Expansion Kafka(Manifest kafka)
    {
        var brokers = new Dictionary<string, string> { ["strimzi.io/cluster"] = kafka.Name, ["strimzi.io/name"] = $"{kafka.Name}-kafka" };
        var listeners = kafka.Spec.Items("kafka", "listeners")
            .Select(listener => new ServicePort($"tcp-{listener.Text("name")}", listener.Int("port") ?? 0, listener.Text("port") ?? ""))
            .ToList();

        return new Expansion
        {
            Workloads = kafka.Spec.At("entityOperator") is null ? [] : [new(kafka, EntityOperator(kafka)) { IsOperated = true }],
            Services =
            [
                new(kafka.Namespace, $"{kafka.Name}-kafka-bootstrap", brokers, listeners),
                new(kafka.Namespace, $"{kafka.Name}-kafka-brokers", brokers, listeners),
            ],
            Keyed = [new("Secret", kafka.Namespace, $"{kafka.Name}-cluster-ca-cert", ["ca.crt", "ca.p12", "ca.password"])],
        };
    }

    public static Expansion NodePool(Manifest pool, RenderedManifests manifests)
    {
        var cluster = pool.Labels.GetValueOrDefault("strimzi.io/cluster") ?? "";
        var kafka = manifests.OfKind("Kafka").FirstOrDefault(item => item.Namespace == pool.Namespace && item.Name == cluster);
        return new Expansion
        {
            Workloads = [new(pool, Template(pool, cluster, kafka)) { IsOperated = true, Replicas = pool.Spec.Int("replicas") ?? 1 }],
        };
    }

    public static Expansion User(Manifest user) => new()
    {
        Keyed = [new("Secret", user.Namespace, user.Name,
            ["ca.crt", "user.crt", "user.key", "user.p12", "user.password", "password", "sasl.jaas.config"])],
    };

    private static JsonObject EntityOperator(Manifest kafka)
    {
        var written = kafka.Spec.At("entityOperator");
        var template = new JsonObject();
        template.Ensure("metadata").Ensure("labels")
            .Put(written.Map("template", "pod", "metadata", "labels"))
            .Put("strimzi.io/cluster", kafka.Name).Put("strimzi.io/name", $"{kafka.Name}-entity-operator").Put("strimzi.io/kind", "Kafka");
        template.Ensure("spec")["securityContext"] = written.At("template", "pod", "securityContext")?.DeepClone();

        foreach (var name in new[] { "topicOperator", "userOperator" }.Where(name => written.At(name) is not null))
        {
            var container = template.Ensure("spec").EnsureContainer(name)
                .PutPorts((name == "topicOperator" ? "healthcheck" : "uo-healthcheck", name == "topicOperator" ? 8080 : 8081));
            container["resources"] = written.At(name, "resources")?.DeepClone();
            container["securityContext"] = written.At("template", $"{name}Container", "securityContext")?.DeepClone();
        }

        return template;
    }

    // The pool's own template wins over the cluster's.
    private static JsonObject Template(Manifest pool, string cluster, Manifest? kafka)
    {
        JsonNode? Own(params string[] path) => pool.Spec.At(["template", .. path]) ?? kafka?.Spec.At(["kafka", "template", .. path]);

        var template = new JsonObject();
        template.Ensure("metadata").Ensure("labels")
            .Put(Own("pod", "metadata").Map("labels"))
            .Put("strimzi.io/cluster", cluster).Put("strimzi.io/name", $"{cluster}-kafka").Put("strimzi.io/kind", "Kafka")
            .Put("strimzi.io/pool-name", pool.Name);
        template.Ensure("metadata")["annotations"] = Own("pod", "metadata", "annotations")?.DeepClone();
        var spec = template.Ensure("spec");
        spec["securityContext"] = Own("pod", "securityContext")?.DeepClone();

        var listeners = kafka?.Spec.Items("kafka", "listeners")
            .Select(listener => ($"tcp-{listener.Text("name")}", listener.Int("port") ?? 0)) ?? [];
        var container = spec.EnsureContainer("kafka")
            .Put("image", $"quay.io/strimzi/kafka:{kafka?.Spec.Text("kafka", "version")}")
            .PutPorts([("tcp-ctrlplane", 9090), ("tcp-replication", 9091), .. listeners]);
        container["securityContext"] = Own("kafkaContainer", "securityContext")?.DeepClone();
        container["resources"] = (pool.Spec.At("resources") ?? kafka?.Spec.At("kafka", "resources"))?.DeepClone();
        return template;
    }
}
