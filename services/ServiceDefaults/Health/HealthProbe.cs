using Microsoft.Extensions.Configuration;

namespace InferenceTracing.ServiceDefaults.Health;

/// <summary>
/// What <c>--health</c> does: the executable asks the instance that runs with the same settings, so that an image needs no curl. It is asked every few
/// seconds, so the settings are all it takes, not the service's parts.
/// </summary>
internal static class HealthProbe
{
    private const string Argument = "--health";
    private const string Setting = "AskHealth";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The argument as one that the settings understand.</summary>
    public static string AsSetting(string argument) => argument == Argument ? $"--{Setting}=true" : argument;

    public static bool IsAsked(IConfiguration settings) => settings.GetValue<bool>(Setting);

    /// <summary>0 when that instance is ready, else 1 with its answer on standard error.</summary>
    public static int Ask(IConfiguration settings, int defaultPort)
    {
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler) { Timeout = Patience };
        var address = new Uri(BaseAddress(settings, defaultPort), HealthEndpoints.ReadyPath);

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var answer = client.Send(request);

            if (answer.IsSuccessStatusCode)
            {
                return 0;
            }

            using var said = new StreamReader(answer.Content.ReadAsStream());
            Console.Error.WriteLine(said.ReadToEnd());
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"{address}: {failure.Message}");
        }

        return 1;
    }

    private static Uri BaseAddress(IConfiguration settings, int defaultPort)
    {
        var url = settings["urls"]?.Split(';')[0] ?? settings["Kestrel:Endpoints:Http:Url"];
        var port = settings["http_ports"]?.Split(';')[0];
        var text = url ?? $"http://127.0.0.1:{port ?? defaultPort.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

        // Addresses that mean "every interface" are asked on loopback.
        var reachable = text.Replace("//*", "//127.0.0.1", StringComparison.Ordinal)
            .Replace("//+", "//127.0.0.1", StringComparison.Ordinal)
            .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
            .Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal);

        return Uri.TryCreate(reachable, UriKind.Absolute, out var address)
            ? address
            : throw new StartupException($"'{text}' is no address to ask.");
    }
}
