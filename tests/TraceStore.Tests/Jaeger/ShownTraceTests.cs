using InferenceTracing.TraceStore.Jaeger;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>What Jaeger's query service changes in a trace, and what it says of it; the figures are those of its own tests, or follow from its rules.</summary>
public sealed class ShownTraceTests
{
    private const ulong Milli = 1_000_000;

    private static readonly string[] Nothing = [];

    // A parent from 0 to 100 ms; a child on another host from -20 to 60 ms fits in the middle when it is 30 ms later.
    [Theory]
    [InlineData(0, -20, "clock skew adjustment disabled; not applying calculated delta of 30ms")]
    [InlineData(29, -20, "max clock skew adjustment delta of 29ms exceeded; not applying calculated delta of 30ms")]
    [InlineData(30, 10, "This span's timestamps were adjusted by 30ms")]
    public void Adjusted_ChildOfAnotherHostBeforeItsParent_IsMovedWithinTheBound(int most, int startMillis, string warning)
    {
        var child = Adjusted(most, Span(1, "a", 0, 100), Span(2, "b", -20, 60, parent: 1))[1];

        Assert.Equal((At(startMillis), At(startMillis + 80)), (child.StartNanos, child.EndNanos));
        Assert.Equal([warning], child.Warnings);
    }

    [Theory]
    [InlineData(80, 120, -50)]
    [InlineData(-10, 200, 10)]
    [InlineData(10, 300, 0)]
    [InlineData(0, 100, 0)]
    [InlineData(10, 90, 0)]
    public void Adjusted_ChildOfAnotherHost_IsMovedByWhatJaegerCalculates(int from, int to, int movedMillis)
    {
        var child = Adjusted(1_000, Span(1, "a", 0, 100), Span(2, "b", from, to, parent: 1))[1];

        Assert.Equal(At(from + movedMillis), child.StartNanos);
        Assert.Equal(movedMillis == 0 ? Nothing : [$"This span's timestamps were adjusted by {movedMillis}ms"], child.Warnings);
    }

    [Fact]
    public void Adjusted_SpansOfOneHost_MoveTogetherWithTheirEvents()
    {
        var spans = Adjusted(1_000, Span(1, "a", 0, 100), Span(2, "b", -20, 60, parent: 1), Span(3, "b", -90, -80, parent: 2), Span(4, "a", 5, 6, parent: 1));

        Assert.Equal([At(0), At(10), At(-60), At(5)], spans.Select(span => span.StartNanos));
        Assert.Equal(At(30), spans[1].Shifted(At(0)));
        Assert.Equal(Nothing, spans[3].Warnings);
    }

    [Fact]
    public void Adjusted_HostsWithoutAName_AreDifferentOnes()
    {
        var child = Adjusted(0, Span(1, "", 0, 100), Span(2, "", -20, 60, parent: 1))[1];

        Assert.Equal(["clock skew adjustment disabled; not applying calculated delta of 30ms"], child.Warnings);
    }

    [Theory]
    [InlineData("host.id", "x", "y", true)]
    [InlineData("host.ip", "x", "y", true)]
    [InlineData("service.instance.id", "x", "y", false)]
    public void Adjusted_Host_IsKnownByItsIdThenItsAddressThenItsName(string key, string one, string other, bool differ)
    {
        SpanAttribute[] Host(string value) => [new("host.name", AttributeValue.Of("same")), new(key, AttributeValue.Of(value))];

        var child = Adjusted(0, Span(1, Host(one), 0, 100), Span(2, Host(other), -20, 60, parent: 1))[1];

        Assert.Equal(differ, child.Warnings.Count > 0);
    }

    [Fact]
    public void Adjusted_Address_MayBeAList()
    {
        SpanAttribute[] Host(string ip) => [new("host.ip", AttributeValue.Of([AttributeValue.Of(ip)])), new("host.name", AttributeValue.Of("same"))];

        var child = Adjusted(0, Span(1, Host("10.0.0.1"), 0, 100), Span(2, Host("10.0.0.2"), -20, 60, parent: 1))[1];

        Assert.Single(child.Warnings);
    }

    [Fact]
    public void Adjusted_ParentThatIsNotThere_IsSaid()
    {
        var orphan = Adjusted(0, Span(2, "b", -20, 60, parent: 0xabc))[0];

        Assert.Equal(["parent span ID=0000000000000abc is not in the trace; skipping clock skew adjustment"], orphan.Warnings);
    }

    [Fact]
    public void Adjusted_ChainOfTwentyThousand_IsNotTooDeep()
    {
        var spans = Adjusted(0, [.. Enumerable.Range(1, 20_000).Select(id => Span(id, $"h{id}", id % 2, 100, parent: id - 1))]);

        Assert.Equal(20_000, spans.Length);
        Assert.Equal(Nothing, spans[0].Warnings);
        Assert.NotEmpty(spans[^1].Warnings);
    }

    [Fact]
    public void Adjusted_TimesFarApart_OverflowQuietly()
    {
        var spans = Adjusted(0, Spans.Create(1, 1, start: 0, nanos: 1), Spans.Create(1, 2, parent: 1, start: 1UL << 63, nanos: 1));

        Assert.Equal(2, spans.Length);
    }

    [Fact]
    public void Adjusted_Cycle_IsLeftAlone()
    {
        var spans = Adjusted(1_000, Span(1, "a", 0, 100, parent: 2), Span(2, "b", -20, 60, parent: 1), Span(3, "b", -20, 60, parent: 3));

        Assert.All(spans, span => Assert.Empty(span.Warnings));
    }

    [Fact]
    public void Adjusted_ServerWithItsClientsId_GetsItsOwnAndTakesItsChildrenAlong()
    {
        var spans = Adjusted(
            0,
            Span(0x11, "a", 0, 100, kind: SpanKind.Client),
            Span(0x11, "a", 10, 90, kind: SpanKind.Server),
            Span(1, "a", 20, 80, parent: 0x11, kind: SpanKind.Internal));

        Assert.Equal([(0x11UL, 0UL), (2UL, 0x11UL), (1UL, 2UL)], spans.Select(span => (span.SpanId.Value, span.ParentId.Value)));
        Assert.All(spans, span => Assert.Empty(span.Warnings));
    }

    [Fact]
    public void Adjusted_SameIdTwiceWithoutAClient_IsSaid()
    {
        var spans = Adjusted(0, Span(1, "a", 0, 100), Span(1, "a", 10, 90));

        Assert.Equal(["duplicate span IDs; skipping clock skew adjustment"], spans[1].Warnings);
    }

    [Fact]
    public void Raw_Span_KeepsItsIdAndItsTimes()
    {
        var shown = ShownTrace.Raw(default, [Span(1, "a", 0, 100), Span(2, "b", -20, 60, parent: 1)]);

        Assert.Equal(At(-20), shown.Spans[1].StartNanos);
        Assert.Equal(Nothing, shown.Spans[1].Warnings);
    }

    [Fact]
    public void Warnings_ThatCameWithTheSpan_AreNotSaidTwice()
    {
        const string Said = "parent span ID=0000000000000abc is not in the trace; skipping clock skew adjustment";
        var brought = AttributeValue.Of([AttributeValue.Of("older"), AttributeValue.Of(Said)]);
        var span = Adjusted(0, Spans.Create(1, 2, parent: 0xabc, attributes: [new("k", AttributeValue.Of("v")), new("@jaeger@warnings", brought)]))[0];

        Assert.Equal(["older", Said], span.Warnings);
        Assert.Equal(["k"], span.Attributes.Select(attribute => attribute.Key));
    }

    private static ulong At(int millis) => (ulong)(1_000 + millis) * Milli;

    private static ShownSpan[] Adjusted(int mostMillis, params Span[] spans)
    {
        var shown = ShownTrace.Raw(new TraceId(0, 1), spans);
        return shown.Adjust(new QueryOptions { MaxClockSkewAdjust = TimeSpan.FromMilliseconds(mostMillis) }).Spans;
    }

    private static Span Span(int id, string host, int from, int to, int parent = 0, SpanKind kind = SpanKind.Server) =>
        Span(id, [new SpanAttribute("host.name", AttributeValue.Of(host))], from, to, parent, kind);

    private static Span Span(int id, SpanAttribute[] host, int from, int to, int parent = 0, SpanKind kind = SpanKind.Server) => new()
    {
        TraceId = new TraceId(0, 1),
        SpanId = new SpanId((ulong)id),
        ParentId = new SpanId((ulong)parent),
        Name = "work",
        Kind = kind,
        StartNanos = At(from),
        EndNanos = At(to),
        Origin = new SpanOrigin { Resource = new Resource("s", host) },
    };
}
