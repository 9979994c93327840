using System.Globalization;

namespace InferenceTracing.TraceCheck.Tests;

public sealed class RequestTraceTests
{
    private const string Infer = "POST /v2/models/{model}/infer";

    private static readonly string[] Members = ["efficientnetb0", "mobilenetv2"];

    private readonly RequestTrace _expected = RequestTrace.Of(Members);

    public static TheoryData<int> EverySpan => [.. Enumerable.Range(0, Complete().Count)];

    public static TheoryData<int> EveryChild => [.. Enumerable.Range(1, Complete().Count - 1)];

    [Fact]
    public void Problems_Complete_AreNone()
    {
        Assert.Empty(_expected.Problems(Complete()));
        Assert.Equal(Complete().Count, _expected.SpanCount);
    }

    [Fact]
    public void Problems_AnyOrder_AreNone() => Assert.True(_expected.IsComplete([.. Complete().AsEnumerable().Reverse()]));

    [Fact]
    public void Problems_OtherRouteExpected_NamesTheRoot()
    {
        var problems = RequestTrace.Of(Members, "/v1/classify").Problems(Complete());

        Assert.Contains("missing: preprocessing POST /v1/classify (server) below nothing", problems);
    }

    [Theory]
    [MemberData(nameof(EverySpan))]
    public void Problems_SpanMissing_NameIt(int index)
    {
        var spans = Complete();
        var gone = spans[index];
        spans.RemoveAt(index);

        Assert.Contains(_expected.Problems(spans), problem => problem.StartsWith($"missing: {gone}", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EveryChild))]
    public void Problems_SpanOnWrongParent_NameIt(int index)
    {
        var spans = Complete();
        spans[index] = spans[index] with { ParentId = "astray" };

        var problems = _expected.Problems(spans);

        Assert.Contains(problems, problem => problem.StartsWith($"missing: {spans[index]}", StringComparison.Ordinal));
        Assert.Contains($"not expected: {spans[index]}", problems);
    }

    [Fact]
    public void Problems_SpanTooMany_NameIt()
    {
        var spans = Complete();
        spans.Add(Span("99", "1", "gateway", "GET /health/ready", "server"));

        Assert.Equal("not expected: gateway GET /health/ready (server)", Assert.Single(_expected.Problems(spans)));
    }

    /// <summary>A photograph waits for a place and for a decoder, or for neither.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    public void Problems_WaitsAtTheEdge_AreNoneUpToTwo(int waits, int problems)
    {
        var spans = Complete();
        spans.AddRange(Enumerable.Range(0, waits).Select(wait => Span(Id(90 + wait), "1", "preprocessing", "edge.queue", "internal")));

        Assert.Equal(problems, _expected.Problems(spans).Count);
        Assert.Equal(Complete().Count, _expected.SpanCount);
    }

    [Fact]
    public void Problems_SpanTwice_NameTheSecond()
    {
        var spans = Complete();
        spans.Add(spans[1] with { Id = "99" });

        Assert.Equal("not expected: preprocessing image.inspect (internal)", Assert.Single(_expected.Problems(spans)));
    }

    [Fact]
    public void Problems_WrongKind_NameIt()
    {
        var spans = Complete();
        spans[1] = spans[1] with { Kind = "client" };

        Assert.Equal(2, _expected.Problems(spans).Count);
    }

    [Fact]
    public void Problems_MembersMixedUp_NameThem()
    {
        var spans = Complete();
        var run = spans.FindIndex(span => span is { Service: "mobilenetv2", Name: "inference.run" });
        spans[run] = spans[run] with { Service = "efficientnetb0" };

        Assert.Contains(_expected.Problems(spans), problem => problem.StartsWith("missing: mobilenetv2 inference.run", StringComparison.Ordinal));
    }

    [Fact]
    public void Problems_NoSpans_NameEveryOne() => Assert.Equal(_expected.SpanCount, _expected.Problems([]).Count);

    [Fact]
    public void Problems_AskedAtTheEdgeFirst_AreNone()
    {
        var spans = Complete();
        spans.Add(Span("90", "1", "preprocessing", "edge.infer", "internal"));

        Assert.Empty(_expected.Problems(spans));
    }

    [Fact]
    public void Problems_OfTheEdgesOwnAnswer_AreNone()
    {
        Assert.Empty(_expected.Problems(ByTheEdge()));
        Assert.Equal(["missing: preprocessing edge.infer (internal) below preprocessing POST /preprocessing (server)"], _expected.Problems([.. ByTheEdge().Where(span => span.Name != "edge.infer")]));
    }

    /// <summary>How far an attempt came that the cluster did not answer, nobody can say.</summary>
    [Fact]
    public void Problems_OfTheEdgesOwnAnswerAfterAnAttempt_AreNoneWhereverThatEnded()
    {
        var attempt = Complete().Where(span => span.Id is not ("0" or "1" or "2" or "3")).ToList();

        Assert.All(Enumerable.Range(0, attempt.Count + 1), spans => Assert.Empty(_expected.Problems([.. ByTheEdge(), .. attempt.Take(spans)])));
    }

    [Fact]
    public void Problems_MembersNotKnown_AreThoseOfTheMembersThatWereAsked()
    {
        var spans = Complete().ConvertAll(span => span is { Service: "ensemble", Kind: "client" }
            ? span with { Tags = new Dictionary<string, string> { ["inference.model.name"] = Complete().Single(child => child.ParentId == span.Id).Service } }
            : span);

        Assert.Empty(RequestTrace.Of([]).Problems(spans));
        Assert.NotEmpty(RequestTrace.Of([]).Problems([.. spans.Where(span => span is not { Service: "mobilenetv2", Name: "inference.run" })]));
    }

    [Fact]
    public void Problems_OfAJudgement_AreNoneBelowItsOwnRoot()
    {
        var spans = Complete().Where(span => span.Id is not ("0" or "1" or "2" or "3")).Prepend(Span("1", null, "preprocessing", "outbox.judge", "internal")).ToList();

        Assert.Empty(RequestTrace.OfJudgement(Members).Problems(spans));
        Assert.NotEmpty(RequestTrace.OfJudgement(Members).Problems(spans[1..]));
    }

    private static List<TraceSpan> ByTheEdge()
    {
        var decided = new Dictionary<string, string> { ["edge.decided_by"] = "edge" };
        return [.. Complete().Take(4).Select(span => span.Kind == "server" ? span with { Tags = decided } : span), Span("90", "1", "preprocessing", "edge.infer", "internal")];
    }

    private static List<TraceSpan> Complete()
    {
        List<TraceSpan> spans =
        [
            Span("1", null, "preprocessing", "POST /preprocessing", "server"),
            Span("2", "1", "preprocessing", "image.inspect", "internal"),
            Span("3", "1", "preprocessing", "image.preprocess", "internal"),
            Span("0", "1", "preprocessing", "edge.upload", "internal"),
            Span("4", "1", "preprocessing", Infer, "client"),
            Span("5", "4", "gateway", Infer, "server"),
            Span("6", "5", "gateway", Infer, "client"),
            Span("7", "6", "ensemble", Infer, "server"),
            Span("8", "7", "ensemble", "ensemble.combine", "internal"),
        ];

        foreach (var member in Members)
        {
            var first = spans.Count + 1;
            var (client, server) = (Id(first), Id(first + 1));
            spans.AddRange(
            [
                Span(client, "7", "ensemble", Infer, "client"),
                Span(server, client, member, Infer, "server"),
                Span(Id(first + 2), server, member, "inference.queue", "internal"),
                Span(Id(first + 3), server, member, "inference.run", "internal"),
            ]);
        }

        return spans;
    }

    private static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static TraceSpan Span(string id, string? parent, string service, string name, string kind) =>
        new(id, parent, service, name, kind, DateTimeOffset.UnixEpoch, TimeSpan.Zero, new Dictionary<string, string>(), []);
}
