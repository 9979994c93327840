using System.Globalization;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Faults;

/// <summary>The local run's processes, on free ports of the loopback, the edge with the memory that compose/edge.yaml gives it; and the ways to hurt them.</summary>
internal sealed class FaultSystem : IAsyncDisposable
{
    /// <summary>The edge's, as its container has it.</summary>
    public const long EdgeBytes = 512L << 20;

    // What .NET takes of a container's memory for its heap, where there is no container: three quarters.
    private const string HeapOfTheEdge = "0x18000000";

    private const string Output = "DRILL_OUTPUT", Group = "DRILL_GROUP";

    // The process that is started stays the same one, with the pipe of ours that ends it.
    private const string Shell = """
        [ -z "$DRILL_GROUP" ] || echo $$ > "$DRILL_GROUP/cgroup.procs"
        [ -z "$DRILL_OUTPUT" ] || exec "$@" > "$DRILL_OUTPUT" 2>&1
        exec "$@"
        """;

    private readonly ServicePlan _plan;
    private readonly ServiceFleet _fleet;

    private FaultSystem(ServicePlan plan, MemoryLimit? limit)
    {
        _plan = plan;
        Limit = limit;
        _fleet = new ServiceFleet(plan);
        Edge = new HttpClient { BaseAddress = plan.Edge, Timeout = TimeSpan.FromSeconds(30) };
        Store = new HttpClient { BaseAddress = plan.Traces };
    }

    public HttpClient Edge { get; }

    public HttpClient Store { get; }

    public ServicePlan Plan => _plan;

    /// <summary>The kernel's limit on the edge; null where this machine lets none be made, and memory is only measured.</summary>
    public MemoryLimit? Limit { get; }

    /// <summary>Returns when all of it is ready.</summary>
    public static async Task<FaultSystem> StartAsync(FaultScale scale, string logs, CancellationToken cancellationToken)
    {
        var models = await ModelChoice.PrepareAsync(cancellationToken);
        var plan = ServicePlan.Create(Checkout.Find(), models, PortChoice.AllFree(), logs);
        var limit = MemoryLimit.TryCreate($"inference-tracing-drill-{Environment.ProcessId}", EdgeBytes);
        var edge = plan[SystemParts.Preprocessing].Settings;

        // Its traces are to outlive it.
        var kept = new DirectoryInfo(Path.Combine(logs, "data"));
        var store = plan[SystemParts.TraceStore].Settings;
        (store["Store__Durability"], store["Store__Folder"]) = ("Normal", kept.FullName);

        if (kept.Exists)
        {
            kept.Delete(recursive: true);
        }

        edge["Preprocessing__Timeout"] = scale.Deadline.ToString();
        edge[limit is null ? "DOTNET_GCHeapHardLimit" : Group] = limit?.Folder ?? HeapOfTheEdge;

        var system = new FaultSystem(
            plan with { Services = [.. plan.Services.Select(service => service with { Executable = "sh", Arguments = ["-c", Shell, "sh", service.Executable] })] },
            limit);

        try
        {
            await system._fleet.StartAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a signal; a process that it ends is waited for.</summary>
    public Task SignalAsync(string part, string signal, CancellationToken cancellationToken) => _fleet.SendAsync(NameOf(part), signal, cancellationToken);

    /// <summary>Starts it again, after a stop where it still runs.</summary>
    public Task StartAgainAsync(string part, CancellationToken cancellationToken) => _fleet.StartAgainAsync(NameOf(part), cancellationToken);

    /// <summary>Starts all of them again, with what they say going to <paramref name="file"/>; null lets it go to the logs.</summary>
    public Task StartAgainWithOutputAsync(string? file, CancellationToken cancellationToken) => Task.WhenAll(_plan.Services.Select(service =>
    {
        service.Settings[Output] = file ?? "";
        return _fleet.StartAgainAsync(service.Name, cancellationToken);
    }));

    /// <summary>From here on the kernel counts its peak anew.</summary>
    public int BeginCounting(string part)
    {
        var id = Process(part).Id;
        File.WriteAllText($"/proc/{id}/clear_refs", "5");
        return id;
    }

    /// <summary>What <see cref="BeginCounting"/> has begun for the process <paramref name="id"/>; a part that was started again has its own.</summary>
    public WatchedMemory Count(string part, int id)
    {
        var process = Process(part);
        return process.HasExited
            ? new WatchedMemory(0, 0, $"{part} has ended with {process.ExitCode}")
            : new WatchedMemory(Read(process.Id, "VmHWM:"), Read(process.Id, "VmRSS:"), process.Id == id ? null : $"{part} was started again");
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        Edge.Dispose();
        Store.Dispose();
        Limit?.Dispose();
    }

    /// <summary>One network may stand in for another.</summary>
    public string NameOf(string part) => SystemParts.Members.ToList().IndexOf(part) is var index and >= 0 ? _plan.Members[index] : part;

    private ServiceProcess Process(string part) => _fleet.Processes.Single(process => process.Spec.Name == NameOf(part));

    private static long Read(int id, string name) => 1024 * long.Parse(
        File.ReadLines($"/proc/{id}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
