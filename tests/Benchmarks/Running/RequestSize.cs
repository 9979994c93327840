using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>How many bytes a photograph's pixels are on the way to the cluster, with everything that HTTP puts around them.</summary>
internal static partial class RequestSize
{
    /// <summary>One request of the edge's own client to a socket that counts; with the key and the trace's parent that an edge sends along.</summary>
    public static async Task<long> MeasureAsync(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var counting = CountAsync(listener, cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            DefaultRequestHeaders = { { "x-api-key", new string('0', 32) }, { "traceparent", $"00-{new string('1', 32)}-{new string('1', 16)}-01" } },
        };
        using var pixels = PixelTensor.Rent(1);

        try
        {
            await new OpenInferenceClient(client).InferAsync("ensemble", pixels, Deadline.After(TimeSpan.FromSeconds(30), TimeProvider.System), cancellationToken);
        }
        catch (InferenceException)
        {
            // It is told 503, once everything has been counted.
        }

        return await counting;
    }

    private static async Task<long> CountAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        using var socket = await listener.AcceptSocketAsync(cancellationToken);
        var (buffer, head, count, whole) = (new byte[64 * 1024], new StringBuilder(), 0L, long.MaxValue);

        while (count < whole)
        {
            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            count += read;

            if (whole == long.MaxValue)
            {
                head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                var end = head.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
                whole = end < 0 ? whole : end + 4 + long.Parse(LengthPattern().Match(head.ToString()).Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }

        await socket.SendAsync("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);
        return count;
    }

    [GeneratedRegex(@"^content-length: (\d+)", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex LengthPattern();
}
