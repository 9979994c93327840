using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>CloudNativePG: a Cluster becomes pods, three Services and the credentials of the application's owner.</summary>
internal static class PostgresOperator
{
    private static readonly string[] Credentials =
        ["username", "user", "password", "dbname", "host", "port", "uri", "jdbc-uri", "fqdn-uri", "fqdn-jdbc-uri", "pgpass"];

    public static Expansion Expand(Manifest cluster)
    {
        var labels = new Dictionary<string, string> { ["cnpg.io/cluster"] = cluster.Name, ["cnpg.io/podRole"] = "instance" };
        ClusterService Service(string suffix) =>
            new(cluster.Namespace, $"{cluster.Name}-{suffix}", labels, [new("postgres", 5432, "5432")]);

        return new Expansion
        {
            Workloads = [new(cluster, Template(cluster, labels)) { IsOperated = true, Replicas = cluster.Spec.Int("instances") ?? 1 }],
            Services = [Service("rw"), Service("r"), Service("ro")],
            Keyed =
            [
                new("Secret", cluster.Namespace, cluster.Spec.Text("bootstrap", "initdb", "secret", "name")
                    ?? $"{cluster.Name}-app", Credentials) { Reaches = $"{cluster.Name}-rw:5432" },
                new("Secret", cluster.Namespace, $"{cluster.Name}-ca", ["ca.crt", "ca.key"]),
            ],
            ServiceAccounts = [cluster.Name],
        };
    }

    private static JsonObject Template(Manifest cluster, Dictionary<string, string> labels)
    {
        var template = new JsonObject();
        template.Ensure("metadata").Ensure("labels").Put(labels).Put(cluster.Spec.Map("inheritedMetadata", "labels"));
        var container = template.Ensure("spec").EnsureContainer("postgres").Put("image", cluster.Spec.Text("imageName") ?? "")
            .PutPorts(("postgresql", 5432), ("metrics", 9187), ("status", 8000));
        container["resources"] = cluster.Spec.At("resources")?.DeepClone();
        return template;
    }
}
