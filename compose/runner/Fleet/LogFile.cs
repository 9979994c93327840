using System.Text;
using Spectre.Console;

namespace InferenceTracing.Runner.Fleet;

/// <summary>
/// A service's output, line by line, in a file of its own; the last lines are kept for an error message. A disk that is full or read-only ends the file
/// and nothing else.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private const int Kept = 5;

    private static int _trouble;

    private readonly Queue<string> _last = new();
    private FileStream? _file;

    public LogFile(string folder, string service, bool append)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Without a buffer nothing is left to be written when it is closed.
            _file = new FileStream(
                Path.Combine(folder, $"{service}.log"), append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            End(failure);
        }
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

            try
            {
                _file?.Write(Encoding.UTF8.GetBytes(line + Environment.NewLine));
            }
            catch (IOException failure)
            {
                End(failure);
            }
        }
    }

    public void Dispose()
    {
        lock (_last)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    /// <summary>Said once in a run: the next service finds the same disk.</summary>
    private void End(Exception failure)
    {
        _file?.Dispose();
        _file = null;

        if (Interlocked.Exchange(ref _trouble, 1) == 0)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]A log ends here, and nothing else: {failure.Message}[/]");
        }
    }
}
