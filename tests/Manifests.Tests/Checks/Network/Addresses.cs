using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Cluster;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>Services of the render that a text names, with the port where it gives one.</summary>
internal static partial class Addresses
{
    public static IEnumerable<(ClusterService Service, int? Port)> In(string? variable, string text, string space, ClusterView cluster)
    {
        foreach (Match match in AddressPattern().Matches(text))
        {
            var host = match.Groups["host"].Value;
            if (Resolve(host, space, cluster) is not { } service)
            {
                continue;
            }

            var port = match.Groups["port"].Success ? int.Parse(match.Groups["port"].Value)
                : match.Groups["scheme"].Value switch { "http" => 80, "https" => 443, _ => (int?)null };

            // A bare word may mean anything; it is a host with a scheme, a port or a dot, or in a variable that says so.
            if (port is not null || host.Contains('.') || (variable is not null && HostVariablePattern().IsMatch(variable)))
            {
                yield return (service, port);
            }
        }
    }

    /// <summary><c>name</c>, <c>name.space</c>, <c>name.space.svc</c> and so on; a pod's own name may stand before.</summary>
    public static ClusterService? Resolve(string host, string space, ClusterView cluster)
    {
        var labels = host.Split('.');
        return At(labels, space, cluster)
            ?? (PodPattern().IsMatch(labels[0]) && labels.Length > 1 ? At(labels[1..], space, cluster) : null);
    }

    private static ClusterService? At(string[] labels, string space, ClusterView cluster) =>
        string.Join('.', labels.Skip(2)) is "" or "svc" or "svc.cluster.local"
        ? cluster.Service(labels.Length > 1 ? labels[1] : space, labels[0])
        : null;

    [GeneratedRegex(@"(?<![\w./@-])((?<scheme>[a-z+]+)://)?(?:[^\s/@:,""']*:[^\s/@,""']*@)?(?<host>[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*)([: ](?<port>\d{2,5}))?(?![\w.-]|:\d)")]
    private static partial Regex AddressPattern();

    [GeneratedRegex("(HOST|HOSTS|HOSTNAME|SERVERS?|POINTS?|SEEDS?|NODES|ADDRESS|BROKERS?)$", RegexOptions.IgnoreCase)]
    private static partial Regex HostVariablePattern();

    [GeneratedRegex(@"-\d+$")]
    private static partial Regex PodPattern();
}
