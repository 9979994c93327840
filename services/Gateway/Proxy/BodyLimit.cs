using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Gateway.Proxy;

/// <summary>Kestrel stops reading a body at the gateway's limit, also one that does not say its length.</summary>
internal static class BodyLimit
{
    public static void LimitBodies(this IWebHostBuilder host) => host.ConfigureServices(services =>
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>((kestrel, gateway) =>
            kestrel.Limits.MaxRequestBodySize = gateway.Value.MaxBodyBytes));
}
