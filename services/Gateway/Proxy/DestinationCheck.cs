using Yarp.ReverseProxy.Configuration;

namespace InferenceTracing.Gateway.Proxy;

/// <summary>Says at the start what YARP would find out with the first request: that a destination's address is none.</summary>
internal sealed class DestinationCheck : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        foreach (var (name, destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
        {
            if (!Uri.TryCreate(destination.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new ArgumentException(
                    $"Clusters:{cluster.ClusterId}:Destinations:{name}:Address must be an http(s) address, not '{destination.Address}'.");
            }
        }

        return ValueTask.FromResult(cluster);
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
        ValueTask.FromResult(route);
}
