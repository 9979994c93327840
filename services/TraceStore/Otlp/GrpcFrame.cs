using System.Buffers.Binary;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>The one frame of a unary gRPC message: a flag (1 = compressed), four bytes of length, the message.</summary>
/// <param name="Compressed">Whether the message is compressed as <c>grpc-encoding</c> says.</param>
/// <param name="Message">The message itself.</param>
internal readonly record struct GrpcFrame(bool Compressed, ArraySegment<byte> Message)
{
    /// <summary>Bytes before the message.</summary>
    public const int PrefixBytes = 5;

    /// <exception cref="OtlpException">The body is not exactly one frame.</exception>
    public static GrpcFrame Parse(ArraySegment<byte> body)
    {
        if (body.Count < PrefixBytes
            || body[0] > 1
            || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) != (uint)(body.Count - PrefixBytes))
        {
            throw new OtlpException(OtlpFault.Malformed, "The body is not one gRPC message.");
        }

        return new GrpcFrame(body[0] == 1, body[PrefixBytes..]);
    }

    public static byte[] Write(byte[] message)
    {
        var frame = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, PrefixBytes);
        return frame;
    }
}
