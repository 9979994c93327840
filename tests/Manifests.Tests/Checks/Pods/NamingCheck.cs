using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>What the API server refuses although the schema allows it: names, labels, selectors, volumes twice.</summary>
internal sealed partial class NamingCheck : IManifestCheck
{
    private static readonly string[] ClusterWide =
    [
        "Namespace", "ClusterRole", "ClusterRoleBinding", "PersistentVolume", "StorageClass", "PriorityClass", "CustomResourceDefinition",
        "ClusterIssuer", "GatewayClass", "IngressClass",
    ];

    public string Name => "naming";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        manifests.Objects
            .SelectMany(item => OfObject(item).Concat(OfSelector(item)).Select(problem => new Finding(item.ToString(), problem)))
            .Concat(manifests.Cluster.Workloads
                .SelectMany(pod => OfPod(pod).Select(problem => new Finding(pod.ToString(), problem)).Distinct()));

    private static IEnumerable<string> OfObject(Manifest item)
    {
        if (!NamePattern().IsMatch(item.Name) || item.Name.Length > (item.Kind is "Service" or "Namespace" ? 63 : 253))
        {
            yield return "the name is no DNS name";
        }

        if (item.Namespace.Length == 0 != ClusterWide.Contains(item.Kind))
        {
            yield return item.Namespace.Length == 0
                ? "there is no namespace: it would land in whichever is current" : "has a namespace, but belongs to the cluster";
        }

        foreach (var (key, value) in item.Root.Objects().SelectMany(part => part.Map("labels").Concat(part.Map("matchLabels"))).Distinct())
        {
            if (!LabelKeyPattern().IsMatch(key) || !LabelValuePattern().IsMatch(value))
            {
                yield return $"{key}={value} is no label";
            }
        }

        foreach (var key in item.Root.Objects().SelectMany(part => part.Map("annotations")).Select(pair => pair.Key)
            .Where(key => !LabelKeyPattern().IsMatch(key)).Distinct())
        {
            yield return $"{key} is no annotation's name";
        }
    }

    private static IEnumerable<string> OfSelector(Manifest item)
    {
        if (item.Kind is not ("Deployment" or "StatefulSet" or "DaemonSet"))
        {
            yield break;
        }

        var labels = item.Spec.Map("template", "metadata", "labels");
        foreach (var (key, value) in item.Spec.Map("selector", "matchLabels")
            .Where(pair => labels.GetValueOrDefault(pair.Key) != pair.Value))
        {
            yield return $"the selector {key}={value} does not match its own pods";
        }
    }

    private static IEnumerable<string> OfPod(Workload pod)
    {
        if (!pod.RunsForever && pod.PodSpec.Text("restartPolicy") is not ("Never" or "OnFailure"))
        {
            yield return "restartPolicy must be Never or OnFailure";
        }

        foreach (var port in pod.Ports.Where(port => port.Name is not null && !PortNamePattern().IsMatch(port.Name)))
        {
            yield return $"{port.Name} is no port's name: at most 15 of a-z, 0-9 and -, with a letter";
        }

        foreach (var name in Twice(pod.Containers.Select(container => container.Name)))
        {
            yield return $"there are two containers {name}";
        }

        foreach (var name in Twice(pod.PodSpec.Items("volumes").Select(volume => volume.Text("name"))))
        {
            yield return $"there are two volumes {name}";
        }

        foreach (var container in pod.Containers)
        {
            foreach (var path in Twice(container.Node.Items("volumeMounts").Select(mount => mount.Text("mountPath"))))
            {
                yield return $"container {container.Name} mounts {path} twice";
            }

            foreach (var variable in container.Node.Items("env")
                .Where(variable => variable.At("value") is not null && variable.At("valueFrom") is not null))
            {
                yield return $"container {container.Name}: {variable.Text("name")} has value and valueFrom";
            }
        }
    }

    private static IEnumerable<string?> Twice(IEnumerable<string?> names) =>
        names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$")]
    private static partial Regex LabelKeyPattern();

    [GeneratedRegex(@"^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValuePattern();

    [GeneratedRegex(@"^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex PortNamePattern();
}
