using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference.Client;

/// <summary>
/// Asks a v2 service for probabilities, pixels and answer as bytes behind the JSON part. One attempt; whether to try again is the caller's
/// decision, who knows what is left of the deadline.
/// </summary>
/// <param name="client">Its <see cref="HttpClient.BaseAddress"/> is the service's, with a slash at the end where it has a path.</param>
public sealed class OpenInferenceClient(HttpClient client)
{
    private const int JsonBytesPerValue = 32;

    /// <summary>The probabilities of every image of <paramref name="images"/>, which nothing reads any more once the task has ended.</summary>
    /// <exception cref="InferenceException">
    /// The service's own refusal with its status (400, 404, 413, 422, 429, 503, 504); 503 <c>unreachable</c>; 503
    /// <c>bad_upstream_answer</c>, what it says is no answer to this request; 504 <c>deadline_exceeded</c>.
    /// </exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>, never by the deadline.</exception>
    public Task<InferenceAnswer> InferAsync(string model, PixelTensor images, Deadline deadline, CancellationToken cancellationToken) =>
        ExchangeAsync(model, images, classification: 0, ParseProbabilities, deadline, cancellationToken);

    /// <summary>The <paramref name="top"/> likeliest classes of every image by name (Triton's classification extension); else as <see cref="InferAsync"/>.</summary>
    /// <exception cref="InferenceException">As <see cref="InferAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>, never by the deadline.</exception>
    public Task<ClassifiedAnswer> ClassifyAsync(
        string model, PixelTensor images, int top, Deadline deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return ExchangeAsync(model, images, top, (_, body, count) => ClassifiedAnswer.Parse(body.Span, count), deadline, cancellationToken);
    }

    private static InferenceAnswer ParseProbabilities(HttpResponseMessage response, ReadOnlyMemory<byte> body, int images) =>
        new AnswerParser(images).Parse(body.Span, JsonLength(response, body.Length));

    private async Task<T> ExchangeAsync<T>(
        string model,
        PixelTensor images,
        int classification,
        Func<HttpResponseMessage, ReadOnlyMemory<byte>, int, T> parse,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(images);

        if (deadline.HasPassed)
        {
            throw InferenceException.TooLate(deadline.Budget);
        }

        using var content = new PixelContent(images, classification);
        using var source = deadline.Link(cancellationToken);

        try
        {
            return await AskAsync(model, content, images.Count, parse, deadline, source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw InferenceException.TooLate(deadline.Budget, late);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            // A connection that breaks at the same moment is not what ended it.
            cancellationToken.ThrowIfCancellationRequested();
            throw source.IsCancellationRequested
                ? InferenceException.TooLate(deadline.Budget, lost)
                : new InferenceException(503, "unreachable", $"{model} cannot be reached.", lost);
        }
        catch (InvalidDataException wrong)
        {
            throw new InferenceException(503, "bad_upstream_answer", $"{model}: {wrong.Message}", wrong);
        }
        finally
        {
            await content.StopAsync().ConfigureAwait(false);
        }
    }

    private async Task<T> AskAsync<T>(
        string model,
        PixelContent content,
        int images,
        Func<HttpResponseMessage, ReadOnlyMemory<byte>, int, T> parse,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"v2/models/{Uri.EscapeDataString(model)}/infer", UriKind.Relative))
        {
            Content = content,
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        request.Headers.TryAddWithoutValidation(Deadline.Header, deadline.ToHeader());

        if (deadline.IsBackground)
        {
            request.Headers.TryAddWithoutValidation(Deadline.PriorityHeader, Deadline.Background);
        }

        using var response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);

        if (!response.IsSuccessStatusCode)
        {
            throw await UpstreamError.ReadAsync(model, response, cancellationToken).ConfigureAwait(false);
        }

        var limit = WireHeaders.LongestJson + (images * ProbabilitiesOutput.Classes * JsonBytesPerValue);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = await PooledBody.ReadAsync(stream, limit, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"the answer is longer than {limit} bytes.");

        return parse(response, body.Memory, images);
    }

    private static int JsonLength(HttpResponseMessage response, int bodyLength)
    {
        var headers = response.Headers.TryGetValues(WireHeaders.JsonLength, out var values)
            || response.Content.Headers.TryGetValues(WireHeaders.JsonLength, out values) ? values : null;

        if (headers is null)
        {
            return bodyLength;
        }

        return int.TryParse(headers.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bodyLength
            ? length
            : throw new InvalidDataException($"the answer's {WireHeaders.JsonLength} is wrong.");
    }
}

/// <summary>
/// The body of a binary inference request, written from the tensor's own buffer. A server may answer before it has read the body, and the
/// handler then goes on sending in the background: <see cref="StopAsync"/> ends that, so that the buffer can go back to its pool.
/// </summary>
internal sealed class PixelContent : HttpContent
{
    private readonly byte[] _json;
    private readonly ReadOnlyMemory<byte> _pixels;
    /// <summary>Not disposed: it has no timer, and the handler disposes a content it still sends.</summary>
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task _sending = Task.CompletedTask;

    /// <param name="images">What is asked about.</param>
    /// <param name="classification">0 asks for probabilities as bytes, k for the k likeliest classes by name, as JSON.</param>
    public PixelContent(PixelTensor images, int classification)
    {
        _pixels = images.Memory;
        var output = classification == 0 ? "\"binary_data\":true" : $"\"binary_data\":false,\"classification\":{classification}";
        _json = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$$"""
            {"inputs":[{"name":"{{{PixelTensor.InputName}}}","datatype":"UINT8",
            "shape":[{{{images.Count}}},{{{PixelTensor.Side}}},{{{PixelTensor.Side}}},{{{PixelTensor.Channels}}}],
            "parameters":{"binary_data_size":{{{_pixels.Length}}} }}],
            "outputs":[{"name":"{{{ProbabilitiesOutput.Name}}}","parameters":{{{{output}}} }}]}
            """));
        Headers.ContentType = new MediaTypeHeaderValue(WireHeaders.Binary);
        Headers.Add(WireHeaders.JsonLength, _json.Length.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Returns once nothing reads the tensor any more, and nothing will.</summary>
    public async Task StopAsync()
    {
        Task sending;

        lock (_lock)
        {
            _stop.Cancel();
            sending = _sending;
        }

        // How the sending ended is the exchange's matter, not ours.
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _sending = SendAsync(stream, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _json.Length + _pixels.Length;
        return true;
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        source.Token.ThrowIfCancellationRequested();
        await stream.WriteAsync(_json, source.Token).ConfigureAwait(false);
        await stream.WriteAsync(_pixels, source.Token).ConfigureAwait(false);
    }
}
