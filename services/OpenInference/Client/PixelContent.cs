using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.OpenInference.Wire;

namespace InferenceTracing.OpenInference.Client;

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
