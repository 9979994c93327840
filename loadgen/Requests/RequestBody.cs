using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.Photos;

namespace InferenceTracing.LoadGenerator.Requests;

/// <summary>A photograph as it goes over the wire, put together once and sent many times.</summary>
internal sealed class RequestBody
{
    private const string Boundary = "inference-tracing-photograph";

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly MediaTypeHeaderValue _type;

    public RequestBody(Photograph photo, bool multipart)
    {
        var type = Path.GetExtension(photo.Name).ToLowerInvariant() switch
        {
            ".png" => "image/png",
            ".webp" => "image/webp",
            _ => "image/jpeg",
        };

        _bytes = multipart ? Form(photo, type) : photo.Bytes;
        _type = multipart ? MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={Boundary}") : new MediaTypeHeaderValue(type);
    }

    public int Length => _bytes.Length;

    public HttpContent Content()
    {
        var content = new ReadOnlyMemoryContent(_bytes);
        content.Headers.ContentType = _type;
        return content;
    }

    private static byte[] Form(Photograph photo, string type) =>
    [
        .. Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{photo.Name.Replace('"', '_')}\"\r\nContent-Type: {type}\r\n\r\n"),
        .. photo.Bytes,
        .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"),
    ];
}
