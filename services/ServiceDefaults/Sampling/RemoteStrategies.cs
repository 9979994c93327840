using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults.Sampling;

/// <summary>
/// Asks Jaeger's sampling service every so often what to keep (<c>GET …?service=NAME</c>, extension <c>remote_sampling</c>, port 5778). While it is away, or
/// says what cannot be understood, the last strategy stands. An edge asks through the gateway, with the key in <c>Sampling:ApiKey</c>.
/// </summary>
internal sealed class RemoteStrategies(SamplingSettings settings, string service, IConfiguration configuration, TimeProvider clock, ILoggerFactory loggers)
    : BackgroundService, ISamplingStrategies
{
    private const int LongestAnswer = 1 << 18;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = loggers.CreateLogger<RemoteStrategies>();
    private SamplingStrategy _current = SamplingStrategy.Share(settings.Share);

    public SamplingStrategy Current => Volatile.Read(ref _current);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
        var address = new UriBuilder(settings.Service!) { Query = $"service={Uri.EscapeDataString(service)}" }.Uri;
        string? known = null;
        var answers = true;

        if (configuration["Sampling:ApiKey"] is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Add("x-api-key", key);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var said = await client.GetStringAsync(address, stoppingToken).ConfigureAwait(false);

                // The same answer keeps what has been counted so far.
                if (said != known)
                {
                    Volatile.Write(ref _current, StrategyAnswer.Read(said, clock));
                    known = said;
                    Log.SamplingChanged(_logger, Current);
                }

                answers = true;
            }
            catch (Exception failure) when (failure is HttpRequestException or JsonException || (failure is TaskCanceledException && !stoppingToken.IsCancellationRequested))
            {
                if (answers)
                {
                    Log.SamplingUnknown(_logger, address, failure.Message, Current);
                }

                answers = false;
            }

            await Task.Delay(settings.Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
