using System.Buffers.Binary;
using System.Globalization;

namespace InferenceTracing.TraceStore.Model;

/// <summary>One span as it came over OTLP.</summary>
internal sealed class Span
{
    public required TraceId TraceId { get; init; }

    public required SpanId SpanId { get; init; }

    /// <summary>Invalid (zero) for a root.</summary>
    public SpanId ParentId { get; init; }

    /// <summary>Never empty (jaeger: internal/jptrace/sanitizer/emptyspanname.go).</summary>
    public required string Name { get; init => field = value.Length > 0 ? value : "empty-span-name"; }

    public SpanKind Kind { get; init; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public required ulong StartNanos { get; init; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public required ulong EndNanos { get; init; }

    /// <summary>Zero where the end lies before the start.</summary>
    public ulong DurationNanos => EndNanos > StartNanos ? EndNanos - StartNanos : 0;

    public SpanStatus Status { get; init; }

    public string StatusMessage { get; init; } = "";

    /// <summary>W3C <c>tracestate</c>.</summary>
    public string TraceState { get; init; } = "";

    /// <summary>W3C trace flags in the low byte, OTLP's own above.</summary>
    public uint Flags { get; init; }

    public SpanAttribute[] Attributes { get; init; } = [];

    public uint DroppedAttributes { get; init; }

    public SpanEvent[] Events { get; init; } = [];

    public uint DroppedEvents { get; init; }

    public SpanLink[] Links { get; init; } = [];

    public uint DroppedLinks { get; init; }

    public required SpanOrigin Origin { get; init; }

    public Resource Resource => Origin.Resource;

    public string ServiceName => Origin.Resource.ServiceName;
}

/// <summary>Something that happened during a span.</summary>
/// <param name="TimeNanos">Nanoseconds since the Unix epoch.</param>
internal sealed record SpanEvent(ulong TimeNanos, string Name, SpanAttribute[] Attributes, uint DroppedAttributes);

/// <summary>A reference to a span that is not the parent, such as the other members of a batch.</summary>
internal sealed record SpanLink(
    TraceId TraceId, SpanId SpanId, string TraceState, SpanAttribute[] Attributes, uint DroppedAttributes, uint Flags);

/// <summary>How a span ended, with OTLP's numbers.</summary>
internal enum SpanStatus
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}

/// <summary>The role of a span, with OTLP's numbers (opentelemetry/proto/trace/v1, <c>Span.SpanKind</c>).</summary>
internal enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// <summary>How Jaeger spells span kinds: lower case, and nothing for an unspecified one.</summary>
internal static class SpanKinds
{
    public static string Text(this SpanKind kind) => kind switch
    {
        SpanKind.Internal => "internal",
        SpanKind.Server => "server",
        SpanKind.Client => "client",
        SpanKind.Producer => "producer",
        SpanKind.Consumer => "consumer",
        _ => "",
    };
}

/// <summary>Where the spans of one OTLP block come from, shared by all of them.</summary>
internal sealed class SpanOrigin
{
    public Resource Resource { get; init; } = Resource.Unknown;

    public Scope Scope { get; init; } = Scope.Unknown;
}

/// <summary>The library that made a span.</summary>
internal sealed record Scope(string Name, string Version, SpanAttribute[] Attributes)
{
    public static readonly Scope Unknown = new("", "", []);
}

/// <summary>Who made a span: one service instance.</summary>
internal sealed class Resource
{
    // What Jaeger calls a service that does not say its name properly (jaeger: internal/jptrace/sanitizer/emptyservicename.go).
    private const string MissingName = "missing-service-name";
    private const string EmptyName = "empty-service-name";
    private const string WrongName = "service-name-wrong-type";

    public static readonly Resource Unknown = new(MissingName, []);

    public Resource(string serviceName, SpanAttribute[] attributes)
    {
        ServiceName = serviceName;
        Attributes = attributes;
    }

    /// <summary><c>service.name</c>.</summary>
    public string ServiceName { get; }

    /// <summary>Everything it said, <c>service.name</c> included.</summary>
    public SpanAttribute[] Attributes { get; }

    /// <summary>The service's name out of its attributes.</summary>
    public static string NameIn(SpanAttribute[] attributes)
    {
        foreach (var (key, value) in attributes)
        {
            if (key == "service.name")
            {
                return value.Kind != AttributeKind.Text ? WrongName : value.Text.Length > 0 ? value.Text : EmptyName;
            }
        }

        return MissingName;
    }
}

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
