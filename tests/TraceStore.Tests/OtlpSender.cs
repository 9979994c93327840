using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;

namespace InferenceTracing.TraceStore.Tests;

/// <summary>A sender that can use every way into the store.</summary>
internal sealed class OtlpSender(Uri grpc, Uri http) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false });

    /// <summary>Sends an export request.</summary>
    /// <param name="message">As the door wants it: protobuf, or JSON.</param>
    /// <param name="door">The way in.</param>
    /// <param name="packing">Empty, <c>gzip</c> or <c>deflate</c>.</param>
    /// <param name="signal"><c>traces</c> or <c>logs</c>.</param>
    /// <returns>The HTTP status, of gRPC's the one that means the same, and what was said of a refusal.</returns>
    public async Task<(int Status, string Reason)> SendAsync(byte[] message, Door door, string packing = "", string signal = "traces")
    {
        var packed = Pack(message, packing);
        using var request = door == Door.Grpc ? Call(packed, packing, signal) : Post(packed, door, packing, signal);
        using var answer = await _client.SendAsync(request);
        var body = await answer.Content.ReadAsByteArrayAsync();

        if (door != Door.Grpc)
        {
            return ((int)answer.StatusCode, answer.StatusCode == HttpStatusCode.OK ? "" : System.Text.Encoding.UTF8.GetString(body));
        }

        var status = answer.Headers.TryGetValues("grpc-status", out var refused) ? refused.Single() : answer.TrailingHeaders.GetValues("grpc-status").Single();
        var reason = answer.Headers.TryGetValues("grpc-message", out var said) ? said.Single() : "";
        return (status switch { "0" => 200, "3" => 400, "8" => 413, "12" => 415, "14" => 503, _ => 500 }, reason);
    }

    public static byte[] Pack(byte[] message, string packing)
    {
        if (packing.Length == 0)
        {
            return message;
        }

        using var buffer = new MemoryStream();

        using (Stream packer = packing == "gzip" ? new GZipStream(buffer, CompressionMode.Compress) : new ZLibStream(buffer, CompressionMode.Compress))
        {
            packer.Write(message);
        }

        return buffer.ToArray();
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Call(byte[] message, string packing, string signal)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = packing.Length > 0 ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        var service = signal == "logs" ? "logs.v1.LogsService" : "trace.v1.TraceService";
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(grpc, $"/opentelemetry.proto.collector.{service}/Export"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));

        if (packing.Length > 0)
        {
            request.Headers.Add("grpc-encoding", packing);
        }

        return request;
    }

    private HttpRequestMessage Post(byte[] message, Door door, string packing, string signal)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(http, $"/v1/{signal}")) { Content = new ByteArrayContent(message) };
        request.Content.Headers.ContentType = new(door == Door.Json ? "application/json" : "application/x-protobuf");

        if (packing.Length > 0)
        {
            request.Content.Headers.ContentEncoding.Add(packing);
        }

        return request;
    }
}

/// <summary>The ways in.</summary>
public enum Door
{
    Grpc,
    Protobuf,
    Json,
}
