using System.Buffers.Binary;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>The one frame of a unary gRPC message: a flag (1 = compressed), four bytes of length, the message.</summary>
/// <param name="Compressed">Whether the message is compressed as <c>grpc-encoding</c> says.</param>
/// <param name="Message">The message itself.</param>
internal readonly record struct GrpcFrame(bool Compressed, ReadOnlyMemory<byte> Message)
{
    /// <summary>Bytes before the message.</summary>
    public const int PrefixBytes = 5;

    /// <exception cref="OtlpException">The body is not exactly one frame.</exception>
    public static GrpcFrame Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length < PrefixBytes
            || body.Span[0] > 1
            || BinaryPrimitives.ReadUInt32BigEndian(body.Span[1..]) != (uint)(body.Length - PrefixBytes))
        {
            throw new OtlpException(OtlpFault.Malformed, "The body is not one gRPC message.");
        }

        return new GrpcFrame(body.Span[0] == 1, body[PrefixBytes..]);
    }

    public static byte[] Write(byte[] message)
    {
        var frame = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, PrefixBytes);
        return frame;
    }
}
