using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The trace of docs/telemetry.md, name by name, as the trace store's Jaeger API tells it.</summary>
public sealed class TraceTests(RunningSystem system)
{
    private const string Infer = "POST /v2/models/{model}/infer";

    [Fact]
    public async Task Trace_AnsweredPhotograph_HasEverySpanBelowItsParent()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);
        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);

        var edge = spans.One("preprocessing", "POST /preprocessing", "server");
        Assert.Null(edge.ParentId);
        Assert.Equal(edge.Id, spans.One("preprocessing", "edge.upload", "internal").ParentId);
        Assert.Equal(edge.Id, spans.One("preprocessing", "image.inspect", "internal").ParentId);
        Assert.Equal(edge.Id, spans.One("preprocessing", "image.preprocess", "internal").ParentId);

        var toGateway = spans.One("preprocessing", Infer, "client");
        Assert.Equal(edge.Id, toGateway.ParentId);

        var gateway = spans.One("gateway", Infer, "server");
        Assert.Equal(toGateway.Id, gateway.ParentId);

        var toEnsemble = spans.One("gateway", Infer, "client");
        Assert.Equal(gateway.Id, toEnsemble.ParentId);

        var ensemble = spans.One("ensemble", Infer, "server");
        Assert.Equal(toEnsemble.Id, ensemble.ParentId);
        Assert.Equal(ensemble.Id, spans.One("ensemble", "ensemble.combine", "internal").ParentId);

        foreach (var member in system.Members)
        {
            var server = spans.One(member, Infer, "server");
            var toMember = Assert.Single(spans, span => span.Id == server.ParentId);
            Assert.Equal(("ensemble", Infer, "client", ensemble.Id), (toMember.Service, toMember.Name, toMember.Kind, toMember.ParentId));
            Assert.Equal((Infer[5..], member), (toMember.Tags["url.template"], toMember.Tags["inference.model.name"]));
            Assert.Equal(server.Id, spans.One(member, "inference.queue", "internal").ParentId);
            Assert.Equal(server.Id, spans.One(member, "inference.run", "internal").ParentId);
        }

        Assert.Equal(9 + (4 * system.Members.Count), spans.Count);
    }

    [Fact]
    public async Task Trace_AnsweredPhotograph_CarriesTheAttributesOfEachStage()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);
        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);

        var edge = spans.One("preprocessing", "POST /preprocessing", "server").Tags;
        Assert.Equal(("png", "640", "480"), (edge["image.format"], edge["image.width"], edge["image.height"]));
        Assert.Equal($"{Upload.Drawn.Length}", edge["image.size"]);
        Assert.Equal(("200", "/preprocessing"), (edge["http.response.status_code"], edge["http.route"]));

        Assert.Equal("imagesharp", spans.One("preprocessing", "image.preprocess", "internal").Tags["image.codec"]);
        Assert.Equal("false", spans.One("ensemble", Infer, "server").Tags["inference.ensemble.degraded"]);

        var combine = spans.One("ensemble", "ensemble.combine", "internal").Tags;
        Assert.Equal(answer.Label, combine["inference.top.label"]);
        Assert.Equal(
            answer.Body.GetProperty("prediction").GetProperty("probability").GetDouble(),
            double.Parse(combine["inference.top.probability"], CultureInfo.InvariantCulture),
            tolerance: 1e-4);

        foreach (var member in system.Members)
        {
            var server = spans.One(member, Infer, "server").Tags;
            Assert.Equal((member, "1", "float32"), (server["inference.model.name"], server["inference.model.version"], server["inference.model.precision"]));
            // Other tests ask at the same time, so a run may serve their photographs too.
            Assert.InRange(int.Parse(spans.One(member, "inference.run", "internal").Tags["inference.batch.size"], CultureInfo.InvariantCulture), 1, 8);
        }
    }

    [Fact]
    public async Task Trace_AnsweredPhotograph_NamesNoFileAndNoKey()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);
        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        var key = system.Plan.Services.Single(service => service.Name == "gateway").Settings["Gateway__ApiKeys__edge__Key"];

        Assert.All(spans.SelectMany(span => span.Tags.Values), value => Assert.DoesNotContain(key, value));
    }

    [Fact]
    public async Task Trace_OtherRoute_IsNamedByIt()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn, "/v1/classify");
        var shape = RequestTrace.Of(system.Members, "/v1/classify");
        var spans = await system.WaitForTraceAsync(answer.TraceId, shape.IsComplete);

        Assert.Empty(shape.Problems(spans));
    }

    [Fact]
    public async Task Answer_AnyRequest_CarriesItsTrace()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);

        Assert.Equal(answer.TraceId, answer.Traceparent?.Split('-')[1]);
        Assert.EndsWith($"/trace/{answer.TraceId}", answer.Body.GetProperty("trace").GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("00")]
    public async Task Trace_CallersTraceparent_IsContinuedWhateverItsFlag(string flag)
    {
        var traceId = Guid.NewGuid().ToString("N");
        var answer = await system.Edge.PostAsync(Upload.Drawn, "/preprocessing", ("traceparent", $"00-{traceId}-00f067aa0ba902b7-{flag}"));

        var spans = await system.WaitForTraceAsync(traceId, found => found.Count == system.Shape.SpanCount);
        Assert.Equal(traceId, answer.TraceId);
        Assert.Equal(system.Shape.SpanCount, spans.Count);
        Assert.Equal("00f067aa0ba902b7", spans.One("preprocessing", "POST /preprocessing", "server").ParentId);
    }

    [Theory]
    [InlineData("not a traceparent")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-00")]
    public async Task Trace_BrokenTraceparent_StartsATraceOfItsOwn(string traceparent)
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn, "/preprocessing", ("traceparent", traceparent));

        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        Assert.Empty(system.Shape.Problems(spans));
    }

    [Fact]
    public async Task Trace_RefusedPhotograph_ShowsTheStageThatFailed()
    {
        var answer = await system.Edge.PostAsync("no photograph at all"u8.ToArray());
        var spans = await system.WaitForTraceAsync(answer.TraceId, found => found.Any(span => span.Kind == "server"));

        Assert.InRange(answer.Status, 400, 499);
        var reason = answer.Body.GetProperty("reason").GetString();
        var inspect = spans.One("preprocessing", "image.inspect", "internal");
        Assert.True(inspect.Failed);
        Assert.Equal(reason, inspect.Tags["error.type"]);
        Assert.Equal(reason, spans.One("preprocessing", "POST /preprocessing", "server").Tags["error.type"]);
    }

    [Fact]
    public async Task Traces_HealthProbesAndExports_MakeNoSpans()
    {
        await system.Edge.PostAsync(Upload.Drawn);
        var services = (await AskAsync("/api/v3/services")).GetProperty("services").EnumerateArray().Select(service => service.GetString()!).ToList();
        // Without a path: requests that other tests send where nothing is.
        string[] allowed = ["POST", "PUT", "POST /preprocessing", "POST /v1/classify", "edge.upload", "edge.queue", "image.inspect", "image.preprocess", Infer, "ensemble.combine", "inference.queue", "inference.run"];

        Assert.NotEmpty(services);

        foreach (var service in services)
        {
            var operations = (await AskAsync($"/api/v3/operations?service={service}")).GetProperty("operations").EnumerateArray().Select(operation => operation.GetProperty("name").GetString()!);
            Assert.All(operations, operation => Assert.Contains(operation, allowed));
        }
    }

    [Fact]
    public async Task Dependencies_AfterARequest_AreTheEdgesOfTheSystem()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);
        await system.WaitForCompleteTraceAsync(answer.TraceId);

        var edges = (await GetAsync($"/api/dependencies?endTs={DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds()}&lookback=86400000")).EnumerateArray()
            .Select(edge => (edge.GetProperty("parent").GetString()!, edge.GetProperty("child").GetString()!)).ToList();

        Assert.Contains(("preprocessing", "gateway"), edges);
        Assert.Contains(("gateway", "ensemble"), edges);
        Assert.All(system.Members, member => Assert.Contains(("ensemble", member), edges));
    }

    private async Task<JsonElement> GetAsync(string path) => (await AskAsync(path)).GetProperty("data");

    private async Task<JsonElement> AskAsync(string path)
    {
        await using var body = await system.Store.GetStreamAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        using var document = await JsonDocument.ParseAsync(body, cancellationToken: TestContext.Current.CancellationToken);
        return document.RootElement.Clone();
    }
}
