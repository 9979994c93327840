using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference;

/// <summary>
/// Asks a v2 server whether a model is ready, what it is, and whether it answers. Probes belong to no request: they make no spans, and their context says that they are
/// in no trace.
/// </summary>
public sealed class ModelProbe : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client;
    private readonly string _name;
    private readonly string _model;

    /// <summary>Probes <paramref name="model"/> at <paramref name="server"/>, with <paramref name="apiKey"/> where a gateway stands in between.</summary>
    public ModelProbe(Uri server, string model, string? apiKey = null)
    {
        _name = model;
        _model = Uri.EscapeDataString(model);
        _client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, ConnectTimeout = Patience, AllowAutoRedirect = false })
        {
            BaseAddress = server,
            Timeout = Patience,
            MaxResponseContentBufferSize = 1 << 20,
        };
        _client.DefaultRequestHeaders.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");

        if (apiKey is not null)
        {
            _client.DefaultRequestHeaders.Add("x-api-key", apiKey);
        }
    }

    /// <summary>True when the last question was answered at all, with whatever status: the way to the server is open.</summary>
    public bool Answered { get; private set; }

    /// <summary>True when the last question was told that nobody listens there, which a way that leads nowhere tells nobody.</summary>
    public bool Refused { get; private set; }

    /// <summary>Null when the model is ready, else one line that says why it is not.</summary>
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        Answered = Refused = false;

        try
        {
            using var answer = await _client.GetAsync(new Uri($"v2/models/{_model}/ready", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            Answered = true;
            return answer.IsSuccessStatusCode ? null : $"status {(int)answer.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            Refused = failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            return failure.HttpRequestError == HttpRequestError.ConnectionError ? "unreachable" : failure.Message;
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
    }

    /// <summary>What the server says of the model; null when it says nothing that can be read.</summary>
    public async Task<ModelMetadata?> DescribeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var document = await _client.GetFromJsonAsync<Document>(new Uri($"v2/models/{_model}", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            return document is null ? null : new ModelMetadata(
                document.Name,
                document.Versions is [var version, ..] ? version : "",
                document.Platform,
                document.Outputs is [{ Labels: { } labels }, ..] ? new ClassLabels(labels) : ClassLabels.None,
                document.Parameters?.Untrained is true)
            {
                Precision = document.Parameters?.Precision,
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <summary>True when it answers a question about a black image, be it with a refusal.</summary>
    public async Task<bool> AnswersAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        using var image = PixelTensor.Rent(1);
        image.Span.Clear();

        try
        {
            await new OpenInferenceClient(_client).InferAsync(_name, image, Deadline.After(Patience, clock), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (InferenceException failure)
        {
            return !failure.IsSilence;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // Only what is read here of a model's description; names are matched without regard to case.
    private sealed record Document(
        string Name, IReadOnlyList<string>? Versions, string Platform, IReadOnlyList<Output>? Outputs, Parameters? Parameters);

    private sealed record Output(IReadOnlyList<string>? Labels);

    private sealed record Parameters(bool Untrained, string? Precision);
}
