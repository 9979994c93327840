using System.Globalization;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>Lets the runtime load <see cref="StartupHook"/> into services that are started with <see cref="Settings"/>, and reads what it writes.</summary>
internal sealed class AllocationLog : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inference-tracing-allocations").FullName;

    /// <summary>Environment variables for the services.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(AllocationLog).Assembly.Location,
        [StartupHook.Folder] = _folder,
    };

    /// <summary>What every service on a request's way has allocated since it began; the trace store is on none.</summary>
    public Allocations Read(ServiceFleet fleet)
    {
        // Written four times a second: what was allocated just before is in it after two of them.
        Thread.Sleep(2 * StartupHook.Interval);

        return new Allocations(fleet.Processes
            .Where(process => process.Spec.Name != "tracestore")
            .Select(process => (process.Spec.Name, Path: Path.Combine(_folder, process.Id.ToString(CultureInfo.InvariantCulture))))
            .Where(service => File.Exists(service.Path))
            .ToDictionary(service => service.Name, service => Parse(File.ReadAllLines(service.Path))));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static HeapUse Parse(string[] lines) => new(
        Number(lines[0]), lines.Skip(1).Select(line => line.Split(' ', 2)).ToDictionary(line => line[1], line => Number(line[0])));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Bytes on the managed heap.</summary>
/// <param name="Bytes">All of them.</param>
/// <param name="Large">Those of objects of 85,000 bytes or more, on the large-object heap, by their type.</param>
internal sealed record HeapUse(double Bytes, IReadOnlyDictionary<string, double> Large)
{
    public double LargeBytes => Large.Values.Sum();

    /// <summary>What came after <paramref name="before"/>, for each of <paramref name="requests"/>.</summary>
    public HeapUse Since(HeapUse before, long requests) => new(
        (Bytes - before.Bytes) / requests,
        Large.ToDictionary(type => type.Key, type => (type.Value - before.Large.GetValueOrDefault(type.Key)) / requests));
}

/// <summary>Bytes on the managed heap by service.</summary>
internal sealed record Allocations(IReadOnlyDictionary<string, HeapUse> Services)
{
    public double Bytes => Services.Values.Sum(use => use.Bytes);

    public double LargeBytes => Services.Values.Sum(use => use.LargeBytes);

    /// <summary>What came after <paramref name="before"/>, for each of <paramref name="requests"/>.</summary>
    public Allocations Since(Allocations before, long requests) => new(Services.ToDictionary(
        service => service.Key, service => service.Value.Since(before.Services[service.Key], requests)));
}
