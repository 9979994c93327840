using System.Net.Sockets;
using System.Text;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>Connections to a service on which one request has been answered and nothing more happens, as many edges keep them.</summary>
internal static class IdleConnections
{
    /// <summary>Opens so many, or as many as there are ports and files for, and closes them again.</summary>
    /// <returns>How many there were, and by how much the process grew for each, in bytes.</returns>
    public static async Task<(int Open, double Bytes)> MeasureAsync(Uri service, int process, int wanted, CancellationToken cancellationToken)
    {
        var request = Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {service.Authority}\r\n\r\n");
        var connections = new List<Socket>(wanted);

        try
        {
            // The first ones let the service allocate what it has once.
            await OpenAsync(Math.Min(200, wanted));
            var (before, already) = (ResidentSize.OfProcess(process), connections.Count);
            await OpenAsync(wanted);
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            return (connections.Count, (ResidentSize.OfProcess(process) - before) * (1 << 20) / (connections.Count - already));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        async Task OpenAsync(int most)
        {
            var answer = new byte[4096];

            try
            {
                while (connections.Count < most)
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    connections.Add(socket);
                    await socket.ConnectAsync(service.Host, service.Port, cancellationToken);
                    await socket.SendAsync(request, cancellationToken);
                    await socket.ReceiveAsync(answer, cancellationToken);
                }
            }
            catch (SocketException)
            {
                connections[^1].Dispose();
                connections.RemoveAt(connections.Count - 1);
            }
        }
    }
}
