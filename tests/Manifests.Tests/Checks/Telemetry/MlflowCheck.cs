using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// MLflow's traps: a Host header that its list lacks is answered 403, with a port it is another one, and so is a page of an origin that its
/// other list lacks; and spans go to the tracking store, which the backend store's address does not set.
/// </summary>
internal sealed partial class MlflowCheck : IManifestCheck
{
    private const string AllowedHosts = "MLFLOW_SERVER_ALLOWED_HOSTS";

    private const string AllowedOrigins = "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS";

    public string Name => "mlflow";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var texts = new PodTexts(manifests);
        return from pod in manifests.Cluster.Workloads
               from container in pod.Containers
               where container.CommandLine.Contains("server") && container.Image.Contains("mlflow", StringComparison.Ordinal)
               from problem in Problems(pod, texts.Environment(pod, container), manifests).Distinct()
               select new Finding(pod.ToString(), problem);
    }

    private static IEnumerable<string> Problems(Workload pod, Dictionary<string, string> environment, RenderedManifests manifests)
    {
        foreach (var name in new[] { "MLFLOW_BACKEND_STORE_URI", "MLFLOW_TRACKING_URI" }.Where(name => !environment.ContainsKey(name)))
        {
            yield return $"{name} is not set";
        }

        var allowed = environment.GetValueOrDefault(AllowedHosts, "").Split(',', StringSplitOptions.TrimEntries);
        foreach (var host in Called(pod, manifests).Where(host => !allowed.Any(pattern => Covers(pattern, host))))
        {
            yield return $"{AllowedHosts} lacks {host}";
        }

        if (pod.Owner.Kind == "Deployment" && pod.Owner.Spec.Text("strategy", "type") != "Recreate")
        {
            yield return "while it rolls an old copy refuses spans for good; the strategy must be Recreate";
        }

        var origins = environment.GetValueOrDefault(AllowedOrigins, "").Split(',', StringSplitOptions.TrimEntries);
        foreach (var host in Routed(pod, manifests).Where(host => !origins.Contains($"https://{host}")))
        {
            yield return $"{AllowedOrigins} lacks https://{host}";
        }

        foreach (var exporter in Exporters(pod, manifests)
            .Where(exporter => exporter.Settings.Text("headers", "x-mlflow-experiment-id") is null))
        {
            yield return $"{exporter.Id} does not say which experiment its traces belong to";
        }
    }

    private static bool Covers(string pattern, string host) =>
        Regex.IsMatch(host, "^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + "$");

    // As it is called from inside, with the port in the header, and by the hosts that an ingress lets through.
    private static IEnumerable<string> Called(Workload pod, RenderedManifests manifests)
    {
        var texts = new PodTexts(manifests);
        var inside = from caller in manifests.Cluster.Workloads
                     from told in texts.Of(caller)
                     from match in UrlPattern().Matches(told.Text)
                     let service = Addresses.Resolve(match.Groups["host"].Value, caller.Namespace, manifests.Cluster)
                     where service is not null && manifests.Cluster.Behind(service).Contains(pod)
                     select match.Groups["authority"].Value;
        return inside.Concat(Routed(pod, manifests));
    }

    private static IEnumerable<string> Routed(Workload pod, RenderedManifests manifests) =>
        from item in manifests.OfKind("Ingress", "HTTPRoute")
        where References.Route.Of(manifests)
            .Any(route => route.From == item && manifests.Cluster.Service(route.Namespace, route.Service) is { } service
            && manifests.Cluster.Behind(service).Contains(pod))
        from host in item.Spec.Items("rules").Select(rule => rule.Text("host")).OfType<string>().Concat(item.Spec.Texts("hostnames"))
        select host;

    private static IEnumerable<(string Id, System.Text.Json.Nodes.JsonNode? Settings)> Exporters(Workload pod,
        RenderedManifests manifests) =>
        from config in ConfigFiles.Of(manifests)
        from address in OutgoingAddress.Of(config)
        let service = Addresses.Resolve(address.Parsed().Host ?? "", config.Pod.Namespace, manifests.Cluster)
        where service is not null && manifests.Cluster.Behind(service).Contains(pod)
        let id = address.Component.Split(' ')[^1]
        select (id, config.Root.At("exporters", id));

    [GeneratedRegex(@"\bhttps?://(?<authority>(?<host>[a-z0-9][a-z0-9.-]*)(:\d+)?)")]
    private static partial Regex UrlPattern();
}
