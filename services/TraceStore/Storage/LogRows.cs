using System.Runtime.InteropServices;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The log records of one export as the file takes them, made on the sender's thread.</summary>
internal sealed class LogRows : IDisposable
{
    private readonly RowEncoder _encoder;
    private readonly List<LogRow> _rows = [];

    public LogRows(IReadOnlyList<LogRecord> logs, Words words)
    {
        _encoder = new RowEncoder(words);

        foreach (var log in logs)
        {
            _rows.Add(new LogRow(log, _encoder.Origin(log.Origin), _encoder.Write(log.Body), _encoder.Write(log.Attributes)));
        }
    }

    public ReadOnlySpan<LogRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Bytes of their texts.</summary>
    public int Bytes => _encoder.Bytes;

    public ReadOnlySpan<byte> Text(TextRange range) => _encoder.Text(range);

    public void Dispose() => _encoder.Dispose();
}

/// <summary>One record and its texts.</summary>
internal readonly record struct LogRow(LogRecord Log, RowOrigin Origin, TextRange Body, TextRange Attributes)
{
    private const int FixedBytes = 80;

    /// <summary>Bytes in the file, about.</summary>
    public int Bytes => FixedBytes + Log.Level.Length + Log.EventName.Length + Body.Length + Attributes.Length;
}
