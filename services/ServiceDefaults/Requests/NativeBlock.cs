using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>
/// Memory of the operating system's, which is its again at once when it is given back: the collector's would stay until the next full collection, and
/// the C library keeps what was freed for the thread that had it.
/// </summary>
internal sealed unsafe class NativeBlock : MemoryManager<byte>
{
    private readonly int _length;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _memory;

    public NativeBlock(int length)
    {
        _length = length;
        _file = MemoryMappedFile.CreateNew(null, length);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        return new Span<byte>(_memory, _length);
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
        if (_memory is not null)
        {
            _memory = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
