using System.Text;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Otlp;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace InferenceTracing.TraceStore.Tests.Otlp;

public sealed class OtlpSpansTests
{
    private static readonly OtlpOptions Limits = new() { MaxAttributes = 4, MaxAttributeLength = 16, MaxEvents = 1, MaxLinks = 1, MaxDepth = 3 };

    [Fact]
    public void Read_EveryField_IsKept()
    {
        var span = new OtlpBytes()
            .Hex(1, "0af7651916cd43dd8448eb211c80319c").Hex(2, "b7ad6b7169203331").Text(3, "vendor=1").Hex(4, "00f067aa0ba902b7")
            .Text(5, "POST /infer").Varint(6, 3).Fixed64(7, 1_700_000_000_000_000_001).Fixed64(8, 1_700_000_000_000_000_501)
            .Message(9, OtlpBytes.Attribute("text", "é✓"))
            .Message(9, OtlpBytes.Attribute("flag", new OtlpBytes().Varint(2, 1)))
            .Message(9, OtlpBytes.Attribute("integer", new OtlpBytes().Varint(3, -7)))
            .Message(9, OtlpBytes.Attribute("real", new OtlpBytes().Real(4, 0.25)))
            .Varint(10, 3)
            .Message(11, new OtlpBytes().Fixed64(1, 42).Text(2, "exception").Message(3, OtlpBytes.Attribute("exception.type", "X")).Varint(4, 2))
            .Varint(12, 5)
            .Message(13, new OtlpBytes().Hex(1, "11111111111111111111111111111111").Hex(2, "2222222222222222").Text(3, "a=b")
                .Message(4, OtlpBytes.Attribute("k", "v")).Varint(5, 6).Fixed32(6, 0x301))
            .Varint(14, 7)
            .Message(15, new OtlpBytes().Text(2, "broken").Varint(3, 2))
            .Fixed32(16, 0x101);

        var read = Assert.Single(Read(OtlpBytes.Request("ensemble", span)));

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", read.TraceId.ToString());
        Assert.Equal("b7ad6b7169203331", read.SpanId.ToString());
        Assert.Equal("00f067aa0ba902b7", read.ParentId.ToString());
        Assert.Equal(("vendor=1", "POST /infer", SpanKind.Client), (read.TraceState, read.Name, read.Kind));
        Assert.Equal((1_700_000_000_000_000_001UL, 500UL), (read.StartNanos, read.DurationNanos));
        Assert.Equal(["text=é✓", "flag=true", "integer=-7", "real=0.25"], read.Attributes.Select(said => $"{said.Key}={said.Value}"));
        Assert.Equal((3u, 5u, 7u, 0x101u), (read.DroppedAttributes, read.DroppedEvents, read.DroppedLinks, read.Flags));
        Assert.Equal((SpanStatus.Error, "broken"), (read.Status, read.StatusMessage));
        var happened = Assert.Single(read.Events);
        Assert.Equal((42UL, "exception", 2u), (happened.TimeNanos, happened.Name, happened.DroppedAttributes));
        var link = Assert.Single(read.Links);
        Assert.Equal(("2222222222222222", "a=b", 6u, 0x301u), (link.SpanId.ToString(), link.TraceState, link.DroppedAttributes, link.Flags));
        Assert.Equal("ensemble", read.ServiceName);
        Assert.Equal(("test.scope", "1.2.3"), (read.Origin.Scope.Name, read.Origin.Scope.Version));
    }

    [Fact]
    public void Read_NestedValues_BecomeJsonText()
    {
        var list = new OtlpBytes().Message(5, new OtlpBytes().Message(1, new OtlpBytes().Varint(3, 1)).Message(1, new OtlpBytes().Text(1, "a\"b")));
        var map = new OtlpBytes().Message(6, new OtlpBytes().Message(1, OtlpBytes.Attribute("k", new OtlpBytes().Varint(2, 0))));
        var blob = new OtlpBytes().Bytes(7, [1, 2, 3]);
        var span = OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))
            .Message(9, OtlpBytes.Attribute("list", list)).Message(9, OtlpBytes.Attribute("map", map)).Message(9, OtlpBytes.Attribute("blob", blob));

        var read = Assert.Single(Read(OtlpBytes.Request("s", span)));

        Assert.Equal(["[1,\"a\\\"b\"]", "{\"k\":false}", "AQID"], read.Attributes.Select(said => said.Value.ToString()));
    }

    [Fact]
    public void Read_SpansBeforeTheirResource_BelongToIt()
    {
        var scopeSpans = new OtlpBytes().Message(2, OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))).Message(1, new OtlpBytes().Text(1, "late"));
        var resource = new OtlpBytes().Message(1, OtlpBytes.Attribute("service.name", "late-service"));
        var message = new OtlpBytes().Message(1, new OtlpBytes().Message(2, scopeSpans).Message(1, resource)).ToArray();

        var read = Assert.Single(Read(message));

        Assert.Equal(("late-service", "late"), (read.ServiceName, read.Origin.Scope.Name));
    }

    [Fact]
    public void Read_NoServiceName_IsCalledAsJaegerCallsIt()
    {
        var message = new OtlpBytes().Message(1, new OtlpBytes().Message(2, new OtlpBytes().Message(2, OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))))).ToArray();

        Assert.Equal("missing-service-name", Assert.Single(Read(message)).ServiceName);
    }

    [Fact]
    public void Read_UnknownFieldsAndWireTypes_AreSkipped()
    {
        var span = OtlpBytes.Span(Ids.Trace(1), Ids.Span(1)).Text(99, "new").Varint(5, 3).Fixed32(98, 1).Fixed64(97, 2);

        Assert.Equal("work", Assert.Single(Read(OtlpBytes.Request("s", span))).Name);
    }

    [Theory]
    [InlineData("", "0000000000000001")]
    [InlineData("00000000000000000000000000000000", "0000000000000001")]
    [InlineData("0000000000000000000000000000000100", "0000000000000001")]
    [InlineData("00000000000000000000000000000001", "")]
    [InlineData("00000000000000000000000000000001", "0000000000000000")]
    [InlineData("00000000000000000000000000000001", "01")]
    public void Read_InvalidIds_RejectTheSpanOnly(string traceId, string spanId)
    {
        var spans = Read(OtlpBytes.Request("s", OtlpBytes.Span(traceId, spanId), OtlpBytes.Span(Ids.Trace(7), Ids.Span(7))), out var invalid);

        Assert.Equal((1, 1), (spans.Count, invalid));
    }

    [Fact]
    public void Read_BeyondTheLimits_CutsAndCountsAsDropped()
    {
        var span = OtlpBytes.Span(Ids.Trace(1), Ids.Span(1));
        Enumerable.Range(0, 6).ToList().ForEach(number => span.Message(9, OtlpBytes.Attribute($"k{number}", new string('x', 40))));
        Enumerable.Range(0, 3).ToList().ForEach(_ => span.Message(11, new OtlpBytes().Text(2, "e")));
        Enumerable.Range(0, 4).ToList().ForEach(_ => span.Message(13, new OtlpBytes().Hex(1, Ids.Trace(2)).Hex(2, Ids.Span(2))));

        var read = Assert.Single(Read(OtlpBytes.Request("s", span)));

        Assert.Equal((4, 2u), (read.Attributes.Length, read.DroppedAttributes));
        Assert.Equal((1, 2u, 1, 3u), (read.Events.Length, read.DroppedEvents, read.Links.Length, read.DroppedLinks));
        Assert.All(read.Attributes, said => Assert.Equal(16, said.Value.Text.Length));
    }

    [Fact]
    public void Read_TooDeep_CostsTheValueAndNotItsSpan()
    {
        var value = new OtlpBytes().Text(1, "core");
        Enumerable.Range(0, 3).ToList().ForEach(_ => value = new OtlpBytes().Message(5, new OtlpBytes().Message(1, value)));
        var message = OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1)).Message(9, OtlpBytes.Attribute("deep", value)));

        Assert.Equal("[[[null]]]", Assert.Single(Assert.Single(Read(message)).Attributes).Value.ToString());
    }

    [Fact]
    public void Read_TruncatedAnywhere_IsRefusedOrAPrefix()
    {
        var message = OtlpBytes.Request(
            "s",
            OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), Ids.Span(2), tags: ("k", "v"))
                .Message(11, new OtlpBytes().Fixed64(1, 1).Text(2, "e")).Message(13, new OtlpBytes().Hex(1, Ids.Trace(2)).Hex(2, Ids.Span(2)))
                .Message(15, new OtlpBytes().Text(2, "m").Varint(3, 2)));

        for (var length = 1; length < message.Length; length++)
        {
            Assert.Throws<OtlpException>(() => Read(message[..length]));
        }
    }

    [Fact]
    public void Read_AnyByteChanged_NeverFailsOtherwise()
    {
        var message = OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), Ids.Span(2), tags: ("k", "v")));

        for (var position = 0; position < message.Length; position++)
        {
            // The ends of each length of varint, and every single bit the other way.
            foreach (var value in (int[])[0, 1, 0x7f, 0x80, 0xff, .. Enumerable.Range(0, 8).Select(bit => message[position] ^ 1 << bit)])
            {
                var changed = message.ToArray();
                changed[position] = (byte)value;

                try
                {
                    Read(changed);
                }
                catch (OtlpException)
                {
                    // Refused in the ordinary way: what this test allows beside success.
                }
            }
        }
    }

    [Fact]
    public void Read_JsonOfTheSameSpan_IsTheSame()
    {
        var json = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"scope":{"name":"test.scope"},
            "spans":[{"traceId":"00000000000000000000000000000ABC","spanId":"0000000000000001","parentSpanId":"","name":"n","kind":2,
            "startTimeUnixNano":"1700000000000000001","endTimeUnixNano":1700000000000000002,
            "attributes":[{"key":"i","value":{"intValue":"5"}},{"key":"a","value":{"arrayValue":{"values":[{"doubleValue":1.5},{"boolValue":true}]}}}],
            "events":[{"timeUnixNano":"3","name":"e"}],"links":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000002"}],
            "status":{"code":2,"message":"m"},"unknown":{}}]}]}]}
            """;

        var read = Assert.Single(Read(Encoding.UTF8.GetBytes(json), out _, OtlpEncoding.Json));

        Assert.Equal(("s", "n", SpanKind.Server, 1UL), (read.ServiceName, read.Name, read.Kind, read.DurationNanos));
        Assert.Equal(["i=5", "a=[1.5,true]"], read.Attributes.Select(said => $"{said.Key}={said.Value}"));
        Assert.Equal((1, 1, SpanStatus.Error, "m"), (read.Events.Length, read.Links.Length, read.Status, read.StatusMessage));
        Assert.False(read.ParentId.IsValid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"resourceSpans\":")]
    [InlineData("{\"resourceSpans\":[}")]
    [InlineData("{} {}")]
    public void Read_NotJson_IsRefused(string json) =>
        Assert.Throws<OtlpException>(() => Read(Encoding.UTF8.GetBytes(json), out _, OtlpEncoding.Json));

    [Theory]
    [InlineData("\"startTimeUnixNano\":\"-1\"")]
    [InlineData("\"startTimeUnixNano\":true")]
    [InlineData("\"endTimeUnixNano\":1e400")]
    [InlineData("\"kind\":\"no such kind\"")]
    [InlineData("\"kind\":{}")]
    [InlineData("\"status\":3")]
    [InlineData("\"status\":null")]
    [InlineData("\"events\":{}")]
    [InlineData("\"events\":[3,[],\"x\"]")]
    [InlineData("\"links\":null")]
    [InlineData("\"attributes\":[[],null,{\"key\":7},{\"value\":{\"doubleValue\":null}},{\"value\":{\"intValue\":\"x\"}},{\"value\":{\"bytesValue\":\"?\"}}]")]
    [InlineData("\"traceState\":[\"\\ud800\"]")]
    [InlineData("\"droppedLinksCount\":-1")]
    [InlineData("\"flags\":99999999999")]
    public void Read_OddValueInJson_CostsItselfAndNotItsSpan(string odd)
    {
        var json = $$"""
            {"resourceSpans":[{"scopeSpans":[{"spans":[
            {"traceId":"{{Ids.Trace(1)}}","spanId":"{{Ids.Span(1)}}",{{odd}},"name":"odd"},{"traceId":"{{Ids.Trace(1)}}","spanId":"{{Ids.Span(2)}}","name":"next"}]}]}]}
            """;

        Assert.Equal(["odd", "next"], Read(Encoding.UTF8.GetBytes(json), out _, OtlpEncoding.Json).Select(span => span.Name));
    }

    [Theory]
    [InlineData("\\ud800", "\ufffd")]
    [InlineData("a\\udc00b\\n\\u00e9", "a\ufffdb\n\u00e9")]
    [InlineData("\\ud83d\\ude00", "\ud83d\ude00")]
    public void Read_HalfACharacterInJson_BecomesTheReplacementCharacter(string escaped, string text)
    {
        var json = $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"{{Ids.Trace(1)}}","spanId":"{{Ids.Span(1)}}","name":"{{escaped}}"}]}]}]}""";

        Assert.Equal(text, Assert.Single(Read(Encoding.UTF8.GetBytes(json), out _, OtlpEncoding.Json)).Name);
    }

    [Fact]
    public void Read_UnknownEnumValues_Stay()
    {
        var span = new OtlpBytes().Hex(1, Ids.Trace(1)).Hex(2, Ids.Span(1)).Varint(6, 42).Message(15, new OtlpBytes().Varint(3, 9));

        var read = Assert.Single(Read(OtlpBytes.Request("s", span)));

        Assert.Equal((42, 9), ((int)read.Kind, (int)read.Status));
    }

    private static List<Span> Read(byte[] message) => Read(message, out _);

    private static List<Span> Read(byte[] message, out int invalid, OtlpEncoding encoding = OtlpEncoding.Protobuf) =>
        new OtlpSpans(Limits).Read(OtlpMessages.Read<ExportTraceServiceRequest>(message, encoding, Limits).ResourceSpans, out invalid);
}
