using System.Diagnostics;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.OpenInference.Server;

/// <summary>
/// A service's first request is its own, over its own socket: what is compiled and connected at first use costs nobody else a second or two, and only
/// then does it say that it is ready. It is not traced, as its <c>traceparent</c> says, nor is what it causes further in.
/// </summary>
internal sealed class FirstRequest(IServer server, IInferenceModel model, TimeProvider clock, ILogger<FirstRequest> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile bool _answered;

    /// <summary>True when requests are answered, and the first one has been.</summary>
    public bool IsReady => _answered && model.IsReady;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_answered ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not answered yet"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");

        while (!_answered && !stoppingToken.IsCancellationRequested)
        {
            if (model.IsReady && OwnAddress() is { } address)
            {
                client.BaseAddress ??= address;
                _answered = await AskAsync(client, stoppingToken).ConfigureAwait(false);
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> AskAsync(HttpClient client, CancellationToken stoppingToken)
    {
        using var image = PixelTensor.Rent(1);
        image.Span.Clear();
        var began = clock.GetTimestamp();

        try
        {
            await new OpenInferenceClient(client).InferAsync(model.Metadata.Name, image, Deadline.After(Patience, clock), stoppingToken).ConfigureAwait(false);
            var took = clock.GetElapsedTime(began);
            Log.FirstAnswered(logger, took);
            return true;
        }
        catch (InferenceException failure)
        {
            Log.FirstFailed(logger, failure.Message);

            // A listener that speaks HTTP/2 alone, or a policy between: who cannot ask itself is not kept from serving others.
            return failure.Reason is not ("unavailable" or "deadline_exceeded");
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Where it listens itself, without TLS; addresses that mean "every interface" are asked on loopback.</summary>
    private Uri? OwnAddress() => server.Features.Get<IServerAddressesFeature>()?.Addresses
        .Where(address => address.StartsWith("http://", StringComparison.Ordinal))
        .Select(address => new UriBuilder(address.Replace("//*", "//127.0.0.1", StringComparison.Ordinal).Replace("//+", "//127.0.0.1", StringComparison.Ordinal)))
        .Select(address => address.Host is "0.0.0.0" or "[::]" ? new UriBuilder(address.Uri) { Host = "127.0.0.1" }.Uri : address.Uri)
        .FirstOrDefault();
}
