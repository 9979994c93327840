namespace InferenceTracing.Runner.Fleet;

/// <summary>A service's output, line by line, in a file of its own; the last lines are kept for an error message.</summary>
internal sealed class LogFile : IDisposable
{
    private const int Kept = 5;

    private readonly StreamWriter _file;
    private readonly Queue<string> _last = new();

    public LogFile(string folder, string service, bool append)
    {
        Directory.CreateDirectory(folder);
        _file = new StreamWriter(Path.Combine(folder, $"{service}.log"), append) { AutoFlush = true };
    }

    public string LastLines
    {
        get
        {
            lock (_last)
            {
                return string.Join(Environment.NewLine, _last);
            }
        }
    }

    public void Write(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_last)
        {
            if (_last.Count == Kept)
            {
                _last.Dequeue();
            }

            _last.Enqueue(line);

            if (_file.BaseStream.CanWrite)
            {
                _file.WriteLine(line);
            }
        }
    }

    public void Dispose()
    {
        lock (_last)
        {
            _file.Dispose();
        }
    }
}
