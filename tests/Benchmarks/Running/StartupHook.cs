#pragma warning disable CA1050 // The runtime looks for this name, without a namespace (docs/design/features/host-startup-hook.md of dotnet/runtime).

using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;

/// <summary>
/// Loaded by the runtime into a service before its own code: writes what the service has allocated to a file, four times a second: all bytes, then a line for each
/// type of large objects. Uses the base library only, since nothing else of the benchmarks is there.
/// </summary>
internal static class StartupHook
{
    /// <summary>The environment variable that names the folder of the files, one for each process id.</summary>
    public const string Folder = "BENCHMARK_ALLOCATIONS";

    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static LargeObjects? _large;
    private static Timer? _timer;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Folder) is { } folder)
        {
            var path = Path.Combine(folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            _large = new LargeObjects();
            _timer = new Timer(_ => Write(path), null, Interval, Interval);
        }
    }

    private static void Write(string path)
    {
        // A reader must find a whole line.
        var half = path + ".half";
        File.WriteAllLines(half, [$"{GC.GetTotalAllocatedBytes()}", .. _large!.Bytes.Select(type => $"{type.Value} {type.Key}")]);
        File.Move(half, path, overwrite: true);
    }

    /// <summary>
    /// Sums the runtime's AllocationTick events of large objects (learn.microsoft.com/dotnet/fundamentals/diagnostics/runtime-garbage-collection-events); each
    /// stands for what was allocated since the one before, 100 KB or more.
    /// </summary>
    private sealed class LargeObjects : EventListener
    {
        private const EventKeywords Collector = (EventKeywords)1;
        private const uint Large = 1;

        /// <summary>By the type of the object that was the occasion.</summary>
        public ConcurrentDictionary<string, long> Bytes { get; } = new();

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Verbose, Collector);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) == true && Payload(eventData, "AllocationKind") is uint and Large)
            {
                var bytes = Convert.ToInt64(Payload(eventData, "AllocationAmount64"), CultureInfo.InvariantCulture);
                Bytes.AddOrUpdate((string)Payload(eventData, "TypeName")!, bytes, (_, before) => before + bytes);
            }
        }

        private static object? Payload(EventWrittenEventArgs written, string name) =>
            written.PayloadNames?.IndexOf(name) is { } index and >= 0 ? written.Payload![index] : null;
    }
}
