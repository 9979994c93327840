using Google.Protobuf;
using InferenceTracing.TraceStore.Otlp;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.TraceStore.Tests.Otlp;

/// <summary>Whatever is sent, all doors make the same of it, and what is read back is what was sent.</summary>
public sealed class AllDoorsTests
{
    private const int Exports = 30;
    private const int Longest = 8_192;

    private static readonly string[] Packings = ["", "gzip", "deflate"];

    private static readonly string[] Tables = ["span", "log", "trace", "service", "resource", "scope", "operation", "word", "spans", "span_attributes", "logs"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Export_AnySpans_AreTheSameThroughEveryDoorAndComeBackAsSent(int seed)
    {
        await using var grpc = await RunningStore.StartAsync();
        await using var protobuf = await RunningStore.StartAsync();
        await using var json = await RunningStore.StartAsync();
        var exports = new RandomExports(seed);

        for (var export = 1; export <= Exports; export++)
        {
            var spans = exports.Spans(Ids.Trace(export));
            var logs = exports.Logs(Ids.Trace(export));
            var packing = Packings[export % Packings.Length];

            // The second time through another door: nothing of it is new.
            await SendAsync(grpc, Door.Grpc, packing, spans, logs);
            await SendAsync(protobuf, Door.Protobuf, packing, spans, logs);
            await SendAsync(json, Door.Json, packing, spans, logs);
            var stored = grpc.Services.GetRequiredService<SpanStore>().Count().Spans;
            await SendAsync(grpc, Door.Json, packing, spans);
            await SendAsync(protobuf, Door.Grpc, packing, spans);
            await SendAsync(json, Door.Protobuf, packing, spans);

            Assert.Equal(stored, grpc.Services.GetRequiredService<SpanStore>().Count().Spans);
            await AssertReadBackAsync(grpc, spans, export);
            var path = $"/api/v3/traces/{Ids.Trace(export)}?raw_traces=true";
            var answer = await AnswerAsync(grpc, path);
            Assert.Equal(answer, await AnswerAsync(protobuf, path));
            Assert.Equal(answer, await AnswerAsync(json, path));
            var lines = await AnswerAsync(grpc, $"/api/traces/{Ids.Trace(export)}/logs");
            Assert.Equal(lines, await AnswerAsync(protobuf, $"/api/traces/{Ids.Trace(export)}/logs"));
            Assert.Equal(lines, await AnswerAsync(json, $"/api/traces/{Ids.Trace(export)}/logs"));
        }

        foreach (var table in Tables)
        {
            var rows = Rows(grpc, table);
            Assert.Equal(rows, Rows(protobuf, table));
            Assert.Equal(rows, Rows(json, table));
            Assert.NotEmpty(rows);
        }
    }

    [Fact]
    public async Task Export_SpanThatDiffersInOneAttribute_IsKeptBesideTheOther()
    {
        await using var store = await RunningStore.StartAsync();
        using var sender = new OtlpSender(store.Grpc, store.Http);

        foreach (var value in (string[])["one", "other", "one"])
        {
            await sender.SendAsync(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), tags: ("k", value))), Door.Protobuf);
        }

        Assert.Equal(2, (await store.Services.GetRequiredService<SpanStore>().FindAsync(new(0, 1), default))!.Spans.Length);
    }

    /// <summary>In Zipkin's way a client and its server share an id.</summary>
    [Fact]
    public async Task Export_ClientAndServerOfOneId_AreBothShown()
    {
        await using var store = await RunningStore.StartAsync();
        using var sender = new OtlpSender(store.Grpc, store.Http);

        await sender.SendAsync(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), kind: 2), OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), kind: 3)), Door.Grpc);

        var shown = (await store.GetAsync($"/api/traces/{Ids.Trace(1)}")).GetProperty("data")[0].GetProperty("spans");
        Assert.Equal(2, shown.EnumerateArray().Select(span => span.GetProperty("spanID").GetString()).Distinct().Count());
    }

    private static async Task SendAsync(RunningStore store, Door door, string packing, IMessage spans, IMessage? logs = null)
    {
        using var sender = new OtlpSender(store.Grpc, store.Http);

        foreach (var (message, signal) in ((IMessage?, string)[])[(spans, "traces"), (logs, "logs")])
        {
            if (message is not null)
            {
                Assert.Equal((200, ""), await sender.SendAsync(door == Door.Json ? OtlpText.Json(message) : OtlpText.Protobuf(message), door, packing, signal));
            }
        }
    }

    private static async Task AssertReadBackAsync(RunningStore store, ExportTraceServiceRequest sent, int trace)
    {
        var found = await store.Services.GetRequiredService<SpanStore>().FindAsync(new(0, (ulong)trace), default);
        var expected = ExportTraceServiceRequest.Parser.ParseFrom(sent.ToByteArray()).ResourceSpans
            .SelectMany(resource => resource.ScopeSpans, (resource, scope) => (resource.Resource, scope))
            .SelectMany(from => from.scope.Spans, (from, span) => Expected(from.Resource, from.scope.Scope, span))
            .Where(data => data.ResourceSpans[0].ScopeSpans[0].Spans[0] is { TraceId.Length: 16, SpanId.Length: 8 });

        Assert.Equal(
            expected.Select(data => data.ToString()).Order(StringComparer.Ordinal),
            (found?.Spans ?? []).Select(span => OtlpWriting.Data(new Trace(found!.Id, [span])).ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>What is not kept is said here: schemas, what a resource or a scope dropped, ids that are none; and what is too long is cut.</summary>
    private static TracesData Expected(Resource? resource, InstrumentationScope? scope, Span sent)
    {
        var span = sent.Clone();
        span.Name = span.Name.Length == 0 ? "empty-span-name" : Cut(span.Name);
        span.TraceState = Cut(span.TraceState);
        span.ParentSpanId = span.ParentSpanId.Length == 8 && span.ParentSpanId.Span.ContainsAnyExcept((byte)0) ? span.ParentSpanId : ByteString.Empty;
        span.Status = new Status { Code = sent.Status?.Code ?? 0, Message = Cut(sent.Status?.Message ?? "") };
        Cut(span.Attributes);

        foreach (var happened in span.Events)
        {
            happened.Name = Cut(happened.Name);
            Cut(happened.Attributes);
        }

        foreach (var link in span.Links)
        {
            link.TraceId = link.TraceId.Length == 16 ? link.TraceId : ByteString.CopyFrom(new byte[16]);
            link.SpanId = link.SpanId.Length == 8 ? link.SpanId : ByteString.CopyFrom(new byte[8]);
            link.TraceState = Cut(link.TraceState);
            Cut(link.Attributes);
        }

        var made = new Resource { Attributes = { resource?.Attributes.Clone() ?? [] } };
        var library = new InstrumentationScope { Name = Cut(scope?.Name ?? ""), Version = Cut(scope?.Version ?? ""), Attributes = { scope?.Attributes.Clone() ?? [] } };
        Cut(made.Attributes);
        Cut(library.Attributes);
        return new TracesData { ResourceSpans = { new ResourceSpans { Resource = made, ScopeSpans = { new ScopeSpans { Scope = library, Spans = { span } } } } } };
    }

    private static void Cut(IEnumerable<KeyValue> attributes)
    {
        foreach (var attribute in attributes)
        {
            attribute.Key = Cut(attribute.Key);
            attribute.Value = attribute.Value ?? new AnyValue();
            Cut(attribute.Value);
        }
    }

    private static void Cut(AnyValue value)
    {
        switch (value.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                value.StringValue = Cut(value.StringValue);
                break;
            case AnyValue.ValueOneofCase.ArrayValue:
                value.ArrayValue.Values.ToList().ForEach(Cut);
                break;
            case AnyValue.ValueOneofCase.KvlistValue:
                Cut(value.KvlistValue.Values);
                break;
        }
    }

    // Each of the broken bytes is a character that says so.
    private static string Cut(string text) => (text.Length > Longest ? text[..Longest] : text).Replace(RandomExports.Broken, "\ufffd\ufffd", StringComparison.Ordinal);

    private static async Task<string> AnswerAsync(RunningStore store, string path)
    {
        using var answer = await store.Client.GetAsync(path);
        return await answer.Content.ReadAsStringAsync();
    }

    private static List<string> Rows(RunningStore store, string table)
    {
        using var file = StoreProcess.Open(Path.GetDirectoryName(store.Services.GetRequiredService<Database>().File)!);
        using var command = file.CreateCommand();
        command.CommandText = $"SELECT * FROM {table}";
        using var rows = command.ExecuteReader();
        var all = new List<string>();

        while (rows.Read())
        {
            all.Add(string.Join('|', Enumerable.Range(0, rows.FieldCount).Where(column => rows.GetName(column) is not "arrived")
                .Select(column => rows.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : $"{rows.GetValue(column)}")));
        }

        return all;
    }
}
