using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>gzip of messages. Grpc.AspNetCore unpacks a message into memory whatever it becomes, and asks for its size before that only: here it may become so many bytes.</summary>
/// <param name="limit">Bytes of a message.</param>
internal sealed class BoundedGzip(int limit) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => new Bounded(stream, limit);

    private sealed class Bounded(Stream packed, long left) : GZipStream(packed, CompressionMode.Decompress)
    {
        private readonly long _limit = left;
        private long _left = left;

        public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer));

        public override void CopyTo(Stream destination, int bufferSize)
        {
            ArgumentNullException.ThrowIfNull(destination);
            var buffer = new byte[Math.Max(bufferSize, 1)];

            while (Read(buffer, 0, buffer.Length) is var read and > 0)
            {
                destination.Write(buffer, 0, read);
            }
        }

        private int Count(int read)
        {
            _left -= read;
            return _left >= 0 ? read : throw new RpcException(new Status(StatusCode.ResourceExhausted, $"The message unpacks to more than {_limit} bytes."));
        }
    }
}
