using System.Buffers.Binary;
using System.Globalization;

namespace InferenceTracing.TraceStore.Model;

/// <summary>A trace's 16 bytes, written as 32 lower-case hex digits.</summary>
internal readonly record struct TraceId(ulong High, ulong Low)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 16;

    private const int HexDigits = 32;
    private const int Base64Digits = 24;

    /// <summary>All zeros means "none" (W3C trace context).</summary>
    public bool IsValid => (High | Low) != 0;

    /// <summary>Takes the bytes of the wire; anything but 16 of them is no id.</summary>
    public static TraceId FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new TraceId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
        : default;

    /// <summary>Writes the bytes of the wire.</summary>
    public void WriteBytes(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SpanId.Size..], Low);
    }

    /// <summary>Takes 1 to 32 hex digits of either case; shorter ids are zero-padded on the left, as Jaeger does.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TraceId id)
    {
        id = default;

        if (text.Length is 0 or > HexDigits || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        id = new TraceId((ulong)(value >> 64), (ulong)value);
        return true;
    }

    /// <summary>Takes what <see cref="TryParse"/> takes and also 24 base64 digits, which protobuf's JSON mapping writes for bytes.</summary>
    public static bool TryParseHexOrBase64(string text, out TraceId id)
    {
        if (TryParse(text, out id))
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[Size];

        if (text.Length != Base64Digits || !Convert.TryFromBase64String(text, bytes, out var written) || written != Size)
        {
            return false;
        }

        id = FromBytes(bytes);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
