using System.Net;
using System.Net.Sockets;
using InferenceTracing.Terminal;

namespace InferenceTracing.Runner.Fleet;

/// <summary>A port for each service: the one asked for, else the usual one, else, where that is taken, a free one.</summary>
internal sealed class PortChoice
{
    private readonly IReadOnlyDictionary<string, int> _wanted;
    private readonly HashSet<int> _given = [];

    private PortChoice(IReadOnlyDictionary<string, int> wanted, bool onlyFree)
    {
        _wanted = wanted;
        OnlyFree = onlyFree;
    }

    /// <summary>Whether no port is the usual one: somebody else runs beside it.</summary>
    public bool OnlyFree { get; }

    public static PortChoice For(LocalOptions options) => new(options.Ports, options.FreePorts);

    /// <summary>Free ports for all, so that a system of a test's own runs beside any other.</summary>
    public static PortChoice AllFree() => new(new Dictionary<string, int>(), onlyFree: true);

    /// <exception cref="CommandException">A port is asked for something that is none of <paramref name="services"/>.</exception>
    public void Check(IReadOnlyCollection<string> services)
    {
        if (_wanted.Keys.FirstOrDefault(service => !services.Contains(service)) is { } unknown)
        {
            throw new CommandException($"--port knows {string.Join(", ", services)}, not {unknown}.");
        }
    }

    /// <exception cref="CommandException">The port asked for is taken.</exception>
    public int For(string service, int usual)
    {
        if (_wanted.TryGetValue(service, out var wanted))
        {
            return IsFree(wanted) && _given.Add(wanted)
                ? wanted
                : throw new CommandException($"Port {wanted}, asked for {service}, is taken: choose another with --port {service}=<port>.");
        }

        return !OnlyFree && IsFree(usual) && _given.Add(usual) ? usual : Free();
    }

    private int Free()
    {
        while (true)
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            var port = ((IPEndPoint)socket.LocalEndpoint).Port;

            if (_given.Add(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new TcpListener(IPAddress.Loopback, port);
            socket.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
