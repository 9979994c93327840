using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.TraceStore.Tests.Otlp;

/// <summary>Exports with every field and the values that senders really manage to send. The same seed gives the same ones.</summary>
internal sealed class RandomExports(int seed)
{
    /// <summary>Stands for two bytes that are no UTF-8, where the messages become bytes.</summary>
    public const string Broken = "~~";

    private static readonly string[] OddTexts =
    [
        "", "a\0b", "\0", "=", "=17", "17", "lone\ud83d", "\udc00lone", $"broken{Broken}utf8", "\ud83d\ude00", "\"\\/\b\f\n\r\t\u001f\u007f", "é✓ 漢字", "service.name",
        new('n', 9_000),
    ];

    private static readonly double[] OddReals = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0, 1, 1e300, double.Epsilon, 0.1, -17, 1e15, 1e17];

    private static readonly long[] OddIntegers = [0, -1, long.MinValue, long.MaxValue, 1L << 53, 7];

    private static readonly ulong[] OddTimes = [0, 1, long.MaxValue, (ulong)long.MaxValue + 1, ulong.MaxValue, 1_795_613_623_704_310_272, 1_795_613_623_704_310_273];

    private readonly Random _random = new(seed);

    public ExportTraceServiceRequest Spans(string traceId) => new()
    {
        ResourceSpans =
        {
            Some(3, () =>
            {
                var resource = new ResourceSpans { SchemaUrl = Text(), ScopeSpans = { Some(3, () => ScopeSpans(traceId)) } };
                resource.Resource = Maybe(Resource);
                return resource;
            }),
        },
    };

    public ExportLogsServiceRequest Logs(string traceId) => new()
    {
        ResourceLogs =
        {
            Some(2, () =>
            {
                var scope = new ScopeLogs { LogRecords = { Some(4, () => Log(traceId)) } };
                scope.Scope = Maybe(Scope);
                var resource = new ResourceLogs { ScopeLogs = { scope } };
                resource.Resource = Maybe(Resource);
                return resource;
            }),
        },
    };

    /// <summary>One value out of all that there may be.</summary>
    public AnyValue Value(int depth = 0) => _random.Next(depth < 3 ? 8 : 6) switch
    {
        0 => new AnyValue(),
        1 => new AnyValue { StringValue = Text() },
        2 => new AnyValue { BoolValue = _random.Next(2) == 0 },
        3 => new AnyValue { IntValue = One(OddIntegers) },
        4 => new AnyValue { DoubleValue = One(OddReals) },
        5 => new AnyValue { BytesValue = ByteString.CopyFrom(Bytes(_random.Next(5))) },
        6 => new AnyValue { ArrayValue = new ArrayValue { Values = { Some(3, () => Value(depth + 1)) } } },
        _ => new AnyValue { KvlistValue = new KeyValueList { Values = { Some(3, () => Attribute(depth + 1)) } } },
    };

    private ScopeSpans ScopeSpans(string traceId)
    {
        var scope = new ScopeSpans { SchemaUrl = Text(), Spans = { Some(4, () => Span(traceId)) } };
        scope.Scope = Maybe(Scope);
        return scope;
    }

    private Span Span(string traceId) => new()
    {
        TraceId = Hex(_random.Next(20) == 0 ? "0102" : traceId),
        SpanId = ByteString.CopyFrom(Bytes(_random.Next(20) == 0 ? 3 : 8)),
        ParentSpanId = ByteString.CopyFrom(_random.Next(4) switch { 0 => [], 1 => new byte[8], 2 => Bytes(5), _ => Bytes(8) }),
        TraceState = Text(),
        Name = Text(),
        Kind = (Span.Types.SpanKind)One([0, 1, 2, 3, 4, 5, 6, 99, -1]),
        StartTimeUnixNano = One(OddTimes),
        EndTimeUnixNano = One(OddTimes),
        Attributes = { Some(6, () => Attribute(0)) },
        DroppedAttributesCount = Count(),
        Events = { Some(3, () => new Span.Types.Event { TimeUnixNano = One(OddTimes), Name = Text(), Attributes = { Some(3, () => Attribute(0)) }, DroppedAttributesCount = Count() }) },
        DroppedEventsCount = Count(),
        Links = { Some(3, Link) },
        DroppedLinksCount = Count(),
        Status = Maybe(() => new Status { Code = (Status.Types.StatusCode)One([0, 1, 2, 3, 77, -5]), Message = Text() }),
        Flags = Count(),
    };

    private Span.Types.Link Link() => new()
    {
        TraceId = ByteString.CopyFrom(Bytes(One([0, 3, 16]))),
        SpanId = ByteString.CopyFrom(Bytes(One([0, 3, 8]))),
        TraceState = Text(),
        Attributes = { Some(3, () => Attribute(0)) },
        DroppedAttributesCount = Count(),
        Flags = Count(),
    };

    private LogRecord Log(string traceId) => new()
    {
        TraceId = _random.Next(3) == 0 ? ByteString.Empty : Hex(traceId),
        SpanId = ByteString.CopyFrom(Bytes(One([0, 8]))),
        TimeUnixNano = One(OddTimes),
        ObservedTimeUnixNano = One(OddTimes),
        SeverityNumber = One([0, 1, 9, 24, 1_000, -1]),
        SeverityText = Text(),
        EventName = Text(),
        Flags = Count(),
        Body = Maybe(() => Value()),
        Attributes = { Some(4, () => Attribute(0)) },
        DroppedAttributesCount = Count(),
    };

    private Resource Resource() => new()
    {
        Attributes = { Some(2, () => new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = One(["a", "b", "a\0b", "", "cut\ud83d"]) } }), Some(3, () => Attribute(0)) },
        DroppedAttributesCount = Count(),
    };

    private InstrumentationScope Scope() => new() { Name = Text(), Version = Text(), Attributes = { Some(3, () => Attribute(0)) }, DroppedAttributesCount = Count() };

    private KeyValue Attribute(int depth)
    {
        // Few keys, so that some are there twice.
        var attribute = new KeyValue { Key = _random.Next(2) == 0 ? One(["k", "http.route", "n"]) : Text() };
        attribute.Value = Maybe(() => Value(depth));
        return attribute;
    }

    private string Text() => _random.Next(3) > 0 ? $"text {_random.Next(5)}" : One(OddTexts);

    private uint Count() => One([0u, 0u, 1u, 257u, uint.MaxValue]);

    private T? Maybe<T>(Func<T> make)
        where T : class => _random.Next(5) == 0 ? null : make();

    private List<T> Some<T>(int most, Func<T> make) => [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => make())];

    private T One<T>(T[] all) => all[_random.Next(all.Length)];

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static ByteString Hex(string hex) => ByteString.CopyFrom(Convert.FromHexString(hex));
}
