using System.Buffers.Binary;
using System.Globalization;

namespace InferenceTracing.TraceStore.Model;

/// <summary>A span's 8 bytes, written as 16 lower-case hex digits.</summary>
internal readonly record struct SpanId(ulong Value)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8;

    private const int HexDigits = 16;

    /// <summary>All zeros means "none".</summary>
    public bool IsValid => Value != 0;

    /// <summary>Takes the bytes of the wire; anything but 8 of them is no id.</summary>
    public static SpanId FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size ? new SpanId(BinaryPrimitives.ReadUInt64BigEndian(bytes)) : default;

    /// <summary>Takes exactly 16 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SpanId id)
    {
        var parsed = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && text.Length == HexDigits;
        id = new SpanId(parsed ? value : 0);
        return parsed;
    }

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
