using System.Net.Sockets;
using System.Text;
using System.Text.Json;

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

    /// <summary>What it is answered all the same: the status, how long it shall wait, the problem's reason and trace.</summary>
    public async Task<(int Status, string? RetryAfter, string? Reason, string TraceId)> AnswerAsync()
    {
        using var reader = new StreamReader(_connection.GetStream(), Encoding.UTF8, leaveOpen: true);
        var status = int.Parse((await LineAsync(reader)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        string? retryAfter = null;

        while (await LineAsync(reader) is { Length: > 0 } header)
        {
            retryAfter = header.StartsWith("Retry-After: ", StringComparison.OrdinalIgnoreCase) ? header[13..] : retryAfter;
        }

        // In chunks: a line says how long the first is, which holds all of it.
        _ = await LineAsync(reader);
        using var problem = JsonDocument.Parse(await LineAsync(reader));
        var root = problem.RootElement;
        return (status, retryAfter, root.GetProperty("reason").GetString(), root.GetProperty("trace").GetProperty("id").GetString()!);
    }

    public void Dispose() => _connection.Dispose();

    private static async Task<string> LineAsync(StreamReader reader) =>
        await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new IOException("The edge hung up.");
}
