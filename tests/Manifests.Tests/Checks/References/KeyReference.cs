using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>A Secret or ConfigMap that a pod names; without a key all of it is meant.</summary>
internal sealed record KeyReference(string Kind, string? Name, string? Key, bool IsOptional)
{
    public static IEnumerable<KeyReference> Of(Workload pod) =>
        pod.Containers.SelectMany(OfContainer)
            .Concat(pod.PodSpec.Items("volumes").SelectMany(OfVolume))
            .Concat(pod.PodSpec.Items("imagePullSecrets")
                .Select(secret => new KeyReference("Secret", secret.Text("name"), null, IsOptional: true)));

    private static IEnumerable<KeyReference> OfContainer(Container container)
    {
        var single = container.Node.Items("env").SelectMany(variable => new[]
        {
            One("Secret", variable.At("valueFrom", "secretKeyRef"), "name"),
            One("ConfigMap", variable.At("valueFrom", "configMapKeyRef"), "name"),
        });
        var whole = container.Node.Items("envFrom").SelectMany(source => new[]
        {
            One("Secret", source.At("secretRef"), "name"),
            One("ConfigMap", source.At("configMapRef"), "name"),
        });
        return single.Concat(whole).OfType<KeyReference>();
    }

    private static IEnumerable<KeyReference> OfVolume(JsonNode volume) =>
        Keys("Secret", volume.At("secret"), "secretName")
            .Concat(Keys("ConfigMap", volume.At("configMap"), "name"))
            .Concat(volume.Items("projected", "sources").SelectMany(source =>
                Keys("Secret", source.At("secret"), "name").Concat(Keys("ConfigMap", source.At("configMap"), "name"))));

    private static KeyReference? One(string kind, JsonNode? source, string nameField) => source is null ? null :
        new KeyReference(kind, source.Text(nameField), source.Text("key"), source.Bool("optional") == true);

    private static IEnumerable<KeyReference> Keys(string kind, JsonNode? source, string nameField)
    {
        if (One(kind, source, nameField) is not { } whole)
        {
            return [];
        }

        var items = source.Items("items").Select(item => whole with { Key = item.Text("key") }).ToList();
        return items.Count > 0 ? items : [whole];
    }
}
