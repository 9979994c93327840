using System.Net.Sockets;
using System.Text;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>A caller who has said how much it will send, and has not sent it.</summary>
internal sealed class UnfinishedUpload : IDisposable
{
    private readonly TcpClient _connection = new();

    public static async Task<UnfinishedUpload> BeginAsync(Uri edge)
    {
        var caller = new UnfinishedUpload();
        await caller._connection.ConnectAsync(edge.Host, edge.Port, TestContext.Current.CancellationToken);
        await caller._connection.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /preprocessing HTTP/1.1\r\nHost: {edge.Authority}\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n"),
            TestContext.Current.CancellationToken);
        return caller;
    }

    public void Dispose() => _connection.Dispose();
}
