using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InferenceTracing.Drills;

/// <summary>A stretch of the way between two programs, which can be cut in two ways.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private TcpListener _listener;
    private CancellationTokenSource _passing = new();
    private Task _accepting;

    /// <param name="port">Where it listens; 0 for any that is free.</param>
    /// <param name="target">Where it leads.</param>
    public TcpRelay(int port, int target)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target);
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>
    /// The cable: nobody is told. Connections stay open and pass nothing, also after the mending, as behind a router that has lost them; new ones
    /// pass then.
    /// </summary>
    public void Cut() => _passing.Cancel();

    /// <summary>The other end: connections are closed, and new ones refused.</summary>
    public async Task RefuseAsync()
    {
        await _passing.CancelAsync();
        _listener.Stop();
        await _accepting;
        CloseAll();
    }

    public void Mend()
    {
        _passing.Dispose();
        _passing = new CancellationTokenSource();

        if (_accepting.IsCompleted)
        {
            _listener.Dispose();
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            _accepting = AcceptAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RefuseAsync();
        _passing.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptSocketAsync();
                _sockets.Add(caller);
                _ = PassAsync(caller, _passing.Token);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The listener is.
        }
    }

    private async Task PassAsync(Socket caller, CancellationToken cut)
    {
        var called = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(called);
        caller.NoDelay = true;

        try
        {
            await called.ConnectAsync(_target, cut);
            await Task.WhenAll(PumpAsync(caller, called, cut), PumpAsync(called, caller, cut));
            caller.Dispose();
            called.Dispose();
        }
        catch (OperationCanceledException)
        {
            // Cut: both ends believe that they are still connected, until the caller gives up. Of many that try again and again each would else keep its sockets.
            await IgnoreAsync(caller);
            caller.Dispose();
            called.Dispose();
        }
        catch (SocketException)
        {
            caller.Dispose();
        }
    }

    /// <summary>Returns when the caller has closed; nobody hears what it says.</summary>
    private static async Task IgnoreAsync(Socket caller)
    {
        var buffer = new byte[4 << 10];

        try
        {
            while (await caller.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // It is.
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken cut)
    {
        var buffer = new byte[64 << 10];

        try
        {
            while (await from.ReceiveAsync(buffer, cut) is var read and > 0)
            {
                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cut);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // One end is gone, and the other is told.
            from.Dispose();
            to.Dispose();
        }
    }

    private void CloseAll()
    {
        while (_sockets.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }
}
