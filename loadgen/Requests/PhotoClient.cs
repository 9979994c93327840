using System.Diagnostics;
using System.Globalization;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;
using InferenceTracing.Photos;

namespace InferenceTracing.LoadGenerator.Requests;

/// <summary>Sends photographs as the simulated edges do, one request after the other through photographs, addresses and edges.</summary>
internal sealed class PhotoClient : IDisposable
{
    /// <summary>The header that names the edge: the span attribute <c>device.id</c>.</summary>
    public const string DeviceHeader = "x-device-id";

    private readonly Scenario _scenario;
    private readonly RequestBody[] _bodies;
    private readonly string[] _devices;
    private readonly HttpClient _client;

    public PhotoClient(Scenario scenario, IReadOnlyList<Photograph> photos)
    {
        _scenario = scenario;
        Photographs = [.. photos.Select(photo => photo.Name)];
        _bodies = [.. photos.Select(photo => new RequestBody(photo, scenario.Multipart))];
        _devices = [.. Enumerable.Range(1, scenario.Edges).Select(number => string.Create(CultureInfo.InvariantCulture, $"edge-{number:0000}"))];
        _client = new HttpClient(new SocketsHttpHandler
        {
            // Our own span carries the trace; .NET's would be a second one.
            ActivityHeadersPropagator = null,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The names of what it sends.</summary>
    public IReadOnlyList<string> Photographs { get; }

    /// <summary>Where request <paramref name="number"/> goes, and what it carries.</summary>
    public RequestPlace PlaceOf(long number) => new((int)(number % _scenario.Targets.Count), (int)(number % _bodies.Length));

    /// <summary>Sends the request of that number, counted from nought, and reads its answer.</summary>
    /// <param name="late">How long after it was due it is sent.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public async Task<Outcome> SendAsync(long number, TimeSpan late, CancellationToken cancellationToken)
    {
        var place = PlaceOf(number);
        var body = _bodies[place.Photograph];
        var device = _devices[number % _devices.Length];
        var target = _scenario.Targets[place.Target];

        using var span = LoadTelemetry.StartRequest(target, device, body.Length, late);
        using var request = Request(target, body, device, span);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_scenario.Timeout);

        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var outcome = await AnswerReader.ReadAsync(answer, patience.Token);
            LoadTelemetry.EndRequest(span, answer, outcome.Error);
            return outcome;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(span, Errors.Timeout);
        }
        catch (HttpRequestException failure)
        {
            return Failed(span, Errors.KindOf(failure));
        }
        catch (IOException)
        {
            return Failed(span, "connection_reset");
        }
    }

    public void Dispose() => _client.Dispose();

    private static Outcome Failed(Activity? span, string error)
    {
        LoadTelemetry.FailRequest(span, error);
        return new Outcome(error, LeftOut: null, span is { Recorded: true } ? span.TraceId.ToHexString() : null);
    }

    private HttpRequestMessage Request(Uri target, RequestBody body, string device, Activity? span)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = body.Content() };
        request.Headers.TryAddWithoutValidation(DeviceHeader, device);
        request.Headers.ConnectionClose = !_scenario.KeepAlive;

        if (span is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", span.Id);
        }

        foreach (var (name, value) in _scenario.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
