namespace InferenceTracing.TraceStore.Otlp;

/// <summary>A packed message as a stream, for what unpacks it; it may be asked again at its end.</summary>
internal sealed class MessageStream(ReadOnlyMemory<byte> message) : Stream
{
    private ReadOnlyMemory<byte> _left = message;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = Math.Min(buffer.Length, _left.Length);
        _left.Span[..read].CopyTo(buffer);
        _left = _left[read..];
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
