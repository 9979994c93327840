using System.Buffers;
using System.Runtime.InteropServices;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>Memory of the operating system's, for what is too large to be kept for the next request: it is gone when it is disposed.</summary>
internal sealed unsafe class NativeBlock(int length) : MemoryManager<byte>
{
    private byte* _memory = (byte*)NativeMemory.Alloc((nuint)length);

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        return new Span<byte>(_memory, length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_memory + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
