using System.Globalization;

namespace InferenceTracing.Drills.Faults;

/// <summary>The kernel's limit on a process's memory, as a container has one: a control group of the drill's own, of either version.</summary>
internal sealed class MemoryLimit : IDisposable
{
    private readonly string _events;

    private MemoryLimit(string folder, string events)
    {
        Folder = folder;
        _events = events;
    }

    /// <summary>Its folder; whose id is written to <c>cgroup.procs</c> there belongs to it.</summary>
    public string Folder { get; }

    /// <summary>How many processes the kernel has killed for it.</summary>
    public int Kills => File.ReadLines(Path.Combine(Folder, _events))
        .Where(line => line.StartsWith("oom_kill ", StringComparison.Ordinal))
        .Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).FirstOrDefault();

    /// <summary>Null where this machine lets none be made.</summary>
    public static MemoryLimit? TryCreate(string name, long bytes) =>
        TryCreate(Path.Combine("/sys/fs/cgroup/memory", name), "memory.limit_in_bytes", "memory.oom_control", bytes)
        ?? TryCreate(Path.Combine("/sys/fs/cgroup", name), "memory.max", "memory.events", bytes);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder);
        }
        catch (IOException)
        {
            // A process of it still ends: the folder is empty, and costs nothing.
        }
    }

    private static MemoryLimit? TryCreate(string folder, string limit, string events, long bytes)
    {
        // Only where the kernel's own files are beside it: in an ordinary folder a limit would limit nothing.
        if (!File.Exists(Path.Combine(Path.GetDirectoryName(folder)!, "cgroup.procs")))
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(folder);

            if (File.Exists(Path.Combine(folder, limit)))
            {
                File.WriteAllText(Path.Combine(folder, limit), bytes.ToString(CultureInfo.InvariantCulture));
                return new MemoryLimit(folder, events);
            }

            Directory.Delete(folder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Nobody but the administrator may, in most places.
        }

        return null;
    }
}
