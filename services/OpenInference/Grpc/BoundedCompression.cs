using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>
/// gzip and deflate (zlib's format) of messages. Grpc.AspNetCore unpacks a message into memory whatever it becomes, and asks for its size before that only: here it may
/// become so many bytes.
/// </summary>
/// <param name="encodingName"><c>gzip</c> or <c>deflate</c>.</param>
/// <param name="limit">Bytes of a message.</param>
internal sealed class BoundedCompression(string encodingName, int limit) : ICompressionProvider
{
    public string EncodingName { get; } = encodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => EncodingName == "gzip"
        ? new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true)
        : new ZLibStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => new Bounded(
        EncodingName == "gzip" ? new GZipStream(stream, CompressionMode.Decompress) : new ZLibStream(stream, CompressionMode.Decompress), limit);

    private sealed class Bounded(Stream unpacked, long limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = unpacked.Read(buffer);
            _read += read;
            return _read <= limit ? read : throw new RpcException(new Status(StatusCode.ResourceExhausted, $"The message unpacks to more than {limit} bytes."));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                unpacked.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
