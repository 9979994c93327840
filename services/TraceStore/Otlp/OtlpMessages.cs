using System.Text.Json;
using Google.Protobuf;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Reads export requests and writes their answers, as protobuf or as JSON.</summary>
internal static class OtlpMessages
{
    // Every level of an attribute takes four of JSON's: value, arrayValue, values, item.
    private const int LevelsPerNesting = 4;
    private const int LevelsAboveAttributes = 16;

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    /// <exception cref="OtlpException">The message is malformed.</exception>
    public static T Read<T>(ReadOnlySpan<byte> message, OtlpEncoding encoding, OtlpOptions limits)
        where T : IMessage<T>, new()
    {
        if (encoding == OtlpEncoding.Json)
        {
            return OtlpJson.Read<T>(message, (limits.MaxDepth * LevelsPerNesting) + LevelsAboveAttributes);
        }

        try
        {
            return OtlpWire.Read<T>(message);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new OtlpException(OtlpFault.Malformed, $"Malformed protobuf: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    public static byte[] Write(IMessage answer, OtlpEncoding encoding) =>
        encoding == OtlpEncoding.Protobuf ? answer.ToByteArray() : System.Text.Encoding.UTF8.GetBytes(Formatter.Format(answer));

    /// <summary>A <c>google.rpc.Status</c>: what an exporter logs of a refusal.</summary>
    public static byte[] Write(OtlpException refusal, OtlpEncoding encoding)
    {
        if (encoding == OtlpEncoding.Json)
        {
            return JsonSerializer.SerializeToUtf8Bytes(new { code = refusal.GrpcStatus, message = refusal.Message });
        }

        using var buffer = new MemoryStream();

        using (var output = new CodedOutputStream(buffer))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt32(refusal.GrpcStatus);
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(refusal.Message);
        }

        return buffer.ToArray();
    }

    /// <summary>A refusal of the store's, in OTLP's words.</summary>
    public static OtlpException Refusal(StoreUnavailableException refused) => new(OtlpFault.Overloaded, refused.Message, refused);
}
