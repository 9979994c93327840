using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// Tells an address of the operator's (<see cref="EdgeOptions.Webhook"/>) of every answer that the cluster changed: at least once, and again with growing pauses until it
/// is taken, a restart of the edge between them or not. What the address says beyond its status is not read.
/// </summary>
internal sealed class Webhook : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly OutboxStore _outbox;
    private readonly OutboxReader _reader;
    private readonly TimeProvider _clock;
    private readonly ILogger<Webhook> _logger;
    private readonly Uri _address;
    private readonly HttpClient _http;

    // One notice may be refused for ever, and lets the others pass; an address that is away is left alone altogether for a while.
    private readonly Backoff _notice;
    private readonly Backoff _away;
    private string? _state;

    public Webhook(OutboxStore outbox, OutboxReader reader, IOptions<EdgeOptions> options, TimeProvider clock, Random random, ILogger<Webhook> logger)
    {
        (_outbox, _reader, _clock, _logger) = (outbox, reader, clock, logger);
        _address = new Uri(options.Value.Webhook);
        _notice = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15), random);
        _away = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), random);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // An address outside, unless it is on this very machine; and nobody's trace is its business.
            Proxy = _address.IsLoopback ? null : Service.OutsideProxy,
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Longest,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 64 * 1024,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (await TellNextAsync(stoppingToken).ConfigureAwait(false) is var pause && pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, _clock, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is owed is told after the next start.
        }
    }

    /// <summary>Tells what is owed longest, and says for how long to tell nothing after that.</summary>
    private async Task<TimeSpan> TellNextAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_reader.Owed(_clock.GetUtcNow()) is not { } owed)
            {
                return Idle;
            }

            var refusal = await TellAsync(owed.Document, cancellationToken).ConfigureAwait(false);
            Say(refusal);
            await _outbox.ToldAsync(owed.Number, refusal is null ? null : _clock.GetUtcNow() + _notice.After(owed.Tries), cancellationToken).ConfigureAwait(false);

            if (refusal is null)
            {
                _away.Reset();
                return TimeSpan.Zero;
            }

            return _away.Next();
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
        {
            // A disk that does not give what it holds, or a defect: neither may take the edge's answers along.
            Say(failed.Message.ReplaceLineEndings(" "));
            return _away.Next();
        }
    }

    /// <summary>Null where it was taken, else why not.</summary>
    private async Task<string?> TellAsync(AnswerDocument document, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Longest, _clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = JsonContent.Create(document, options: JsonSerializerOptions.Web) };
        request.Headers.Add("x-answer-id", document.TraceId);

        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : $"status {(int)answer.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            return failure.HttpRequestError == HttpRequestError.ConnectionError ? "unreachable" : failure.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }

    private void Say(string? refusal)
    {
        // Only the host: such addresses carry secrets.
        if (refusal != _state)
        {
            Log.Webhook(_logger, _address.Authority, refusal ?? "takes notices again");
            _state = refusal;
        }
    }
}
