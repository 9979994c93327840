using System.Text.Json;
using Google.Protobuf;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Writes the two messages a receiver answers with: <c>ExportTraceServiceResponse</c> and <c>google.rpc.Status</c>.</summary>
internal static class OtlpMessages
{
    public static byte[] Write(ExportResult result, OtlpEncoding encoding) => (result.Reason, encoding) switch
    {
        (null, OtlpEncoding.Protobuf) => [],
        (null, OtlpEncoding.Json) => "{}"u8.ToArray(),
        (_, OtlpEncoding.Protobuf) => Nest(1, Fields(result.Rejected, result.Reason)),
        _ => JsonSerializer.SerializeToUtf8Bytes(new
        {
            partialSuccess = new
            {
                rejectedSpans = result.Rejected.ToString(System.Globalization.CultureInfo.InvariantCulture),
                errorMessage = result.Reason,
            },
        }),
    };

    public static byte[] Write(OtlpException refusal, OtlpEncoding encoding) => encoding == OtlpEncoding.Protobuf
        ? Fields(refusal.GrpcStatus, refusal.Message)
        : JsonSerializer.SerializeToUtf8Bytes(new { code = refusal.GrpcStatus, message = refusal.Message });

    /// <summary>Both messages have the same shape: 1 a number, 2 a text.</summary>
    private static byte[] Fields(int number, string text)
    {
        using var buffer = new MemoryStream();

        using (var output = new CodedOutputStream(buffer))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt64(number);
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(text);
        }

        return buffer.ToArray();
    }

    private static byte[] Nest(int field, byte[] message)
    {
        using var buffer = new MemoryStream();

        using (var output = new CodedOutputStream(buffer))
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(message));
        }

        return buffer.ToArray();
    }
}
