namespace InferenceTracing.Preprocessing.Imaging;

/// <summary>
/// The file, as a stream that breaks off when the picture's time is up or its caller has gone: decoders read a few kilobytes at a time, so
/// this is where they can be stopped. The memory must stay where it is while the stream is read.
/// </summary>
internal sealed unsafe class ImageSharpWatchedStream(byte* file, long bytes, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    : UnmanagedMemoryStream(file, bytes)
{
    private readonly long _start = clock.GetTimestamp();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        // For a derived class the base reads spans through this method, so it is the only one to override.
        Check();
        return base.Read(buffer, offset, count);
    }

    /// <summary>Throws where the decoder must not go on.</summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public void Check()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (clock.GetElapsedTime(_start) >= limit)
        {
            throw new TimeoutException();
        }
    }
}
