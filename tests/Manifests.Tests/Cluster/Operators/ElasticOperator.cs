using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>ECK: an Elasticsearch becomes one StatefulSet per node set, a Service with TLS, and the secrets of both.</summary>
internal static class ElasticOperator
{
    public static Expansion Expand(Manifest cluster)
    {
        var selector = new Dictionary<string, string>
        {
            ["common.k8s.elastic.co/type"] = "elasticsearch",
            ["elasticsearch.k8s.elastic.co/cluster-name"] = cluster.Name,
        };
        ClusterService Service(string suffix, int port) =>
            new(cluster.Namespace, $"{cluster.Name}-es-{suffix}", selector, [new("https", port, port.ToString())]);
        KeyedObject Secret(string suffix, params string[] keys) => new("Secret", cluster.Namespace, $"{cluster.Name}-es-{suffix}", keys);

        return new Expansion
        {
            Workloads = [.. cluster.Spec.Items("nodeSets").Select(nodeSet => NodeSet(cluster, nodeSet, selector))],
            Services = [Service("http", 9200), Service("internal-http", 9200), Service("transport", 9300)],
            Keyed =
            [
                Secret("elastic-user", "elastic"),
                Secret("http-certs-public", "ca.crt", "tls.crt"),
                Secret("http-certs-internal", "ca.crt", "tls.crt", "tls.key"),
            ],
        };
    }

    private static Workload NodeSet(Manifest cluster, JsonNode nodeSet, Dictionary<string, string> selector)
    {
        var template = nodeSet["podTemplate"]?.DeepClone() as JsonObject ?? [];
        template.Ensure("metadata").Ensure("labels").Put(selector)
            .Put("elasticsearch.k8s.elastic.co/statefulset-name", $"{cluster.Name}-es-{nodeSet.Text("name")}");
        template.Ensure("spec").EnsureContainer("elasticsearch")
            .Put("image", $"docker.elastic.co/elasticsearch/elasticsearch:{cluster.Spec.Text("version")}")
            .PutPorts(("https", 9200), ("transport", 9300));
        return new Workload(cluster, template) { IsOperated = true, Replicas = nodeSet.Int("count") ?? 1 };
    }
}
