using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace InferenceTracing.ServiceDefaults.Sampling;

/// <summary>
/// <c>OTEL_TRACES_SAMPLER</c> and its <c>_ARG</c> (OpenTelemetry specification, configuration/sdk-environment-variables): a share of all traces that stands
/// (<c>traceidratio</c>, <c>always_on</c>, <c>always_off</c>) or what Jaeger's sampling service says at the moment (<c>jaeger_remote</c>). With or without
/// <c>parentbased_</c> is the same here: see <see cref="TraceSampler"/>.
/// </summary>
/// <param name="Share">From 0 to 1; with <paramref name="Service"/> it holds until that has answered for the first time.</param>
/// <param name="Service">Where strategies are asked for; null where none are.</param>
/// <param name="Interval">How often.</param>
internal sealed record SamplingSettings(double Share, Uri? Service, TimeSpan Interval)
{
    private const string Name = "OTEL_TRACES_SAMPLER";
    private const string Argument = "OTEL_TRACES_SAMPLER_ARG";
    private const string ParentBased = "parentbased_";
    private const string Forms = "endpoint=http://host:5778,pollingIntervalMs=60000,initialSamplingRate=1.0";

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(1);

    /// <exception cref="StartupException">A setting cannot be meant as it is.</exception>
    public static SamplingSettings Read(IConfiguration settings)
    {
        var sampler = settings[Name] ?? "traceidratio";
        var argument = settings[Argument];

        return (sampler.StartsWith(ParentBased, StringComparison.Ordinal) ? sampler[ParentBased.Length..] : sampler) switch
        {
            "traceidratio" => new SamplingSettings(ShareOf(argument ?? "1", Argument), null, DefaultInterval),
            "always_on" => new SamplingSettings(1, null, DefaultInterval),
            "always_off" => new SamplingSettings(0, null, DefaultInterval),
            "jaeger_remote" => Remote(argument ?? ""),
            _ => throw new StartupException($"{Name} knows traceidratio, always_on, always_off and jaeger_remote, not '{sampler}'."),
        };
    }

    /// <summary>
    /// Whether a service decides itself about a trace that comes from elsewhere. With a share that is every one that callers from outside reach; they come
    /// to the same decision by the trace id. A strategy may count traces, and is each service's own: there only the edge decides.
    /// </summary>
    public bool Decides(ServiceIdentity identity) => Service is null ? identity.Entry : identity is { Entry: true, Environment: "edge" };

    private static SamplingSettings Remote(string argument)
    {
        var (service, interval, share) = ((Uri?)null, DefaultInterval, 1.0);

        foreach (var part in argument.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            switch (part.Split('=', 2))
            {
                case ["endpoint", var text] when Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https":
                    service = address.AbsolutePath is "/" ? new Uri(address, "/sampling") : address;
                    break;
                case ["pollingIntervalMs", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0:
                    interval = TimeSpan.FromMilliseconds(milliseconds);
                    break;
                case ["initialSamplingRate", var text]:
                    share = ShareOf(text, $"{Argument}: initialSamplingRate");
                    break;
                default:
                    throw new StartupException($"{Argument} of jaeger_remote is {Forms}; '{part}' is no part of it.");
            }
        }

        return service is null
            ? throw new StartupException($"{Argument} of jaeger_remote is {Forms}; the endpoint is missing.")
            : new SamplingSettings(share, service, interval);
    }

    private static double ShareOf(string text, string name) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw new StartupException($"{name} must be a share from 0 to 1, not '{text}'.");
}
