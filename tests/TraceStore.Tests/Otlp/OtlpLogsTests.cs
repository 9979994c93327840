using System.Net;
using System.Text;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using InferenceTracing.TraceStore.Tests.Storage;

namespace InferenceTracing.TraceStore.Tests.Otlp;

/// <summary>Log records: in through every door, out beside the spans of their trace.</summary>
public sealed class OtlpLogsTests
{
    [Theory]
    [InlineData(Door.Grpc, "")]
    [InlineData(Door.Grpc, "gzip")]
    [InlineData(Door.Protobuf, "deflate")]
    [InlineData(Door.Json, "gzip")]
    public async Task Export_Logs_AreFoundByTheirTrace(Door door, string packing)
    {
        await using var store = await RunningStore.StartAsync();
        using var sender = new OtlpSender(store.Grpc, store.Http);
        var message = door == Door.Json
            ? Encoding.UTF8.GetBytes($$"""
                {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"edge"} },{"key":"host.name","value":{"stringValue":"edge-1"} } ] },
                "scopeLogs":[{"scope":{"name":"Photos"},"logRecords":[{"traceId":"{{Ids.Trace(1)}}","spanId":"{{Ids.Span(2)}}","timeUnixNano":"{{OtlpBytes.Epoch}}",
                "severityNumber":13,"severityText":"Warning","body":{"stringValue":"is dark"},"attributes":[{"key":"photo","value":{"stringValue":"7"} } ] } ] } ] } ] }
                """)
            : OtlpBytes.Logs("edge", "Photos", OtlpBytes.Log(Ids.Trace(1), Ids.Span(2), "Warning", "is dark", ("photo", "7")));

        Assert.Equal((200, ""), await sender.SendAsync(message, door, packing, "logs"));

        Assert.Equal(
            $$"""[{"time":"{{OtlpBytes.Epoch}}","spanId":"{{Ids.Span(2)}}","service":"edge","level":"Warning","severity":13,"logger":"Photos","body":"is dark","attributes":[{"key":"photo","value":"7"}]}]""",
            await store.Client.GetStringAsync($"/api/traces/{Ids.Trace(1)}/logs"));
        Assert.Equal("[]", await store.Client.GetStringAsync($"/api/traces/{Ids.Trace(2)}/logs"));
        Assert.Equal(HttpStatusCode.BadRequest, (await store.Client.GetAsync("/api/traces/-/logs")).StatusCode);
    }

    [Fact]
    public async Task Add_LogAgain_IsStoredOnceAndThatOfAnotherServiceBesideIt()
    {
        await using var store = new OpenStore();

        await store.Store.AddAsync([Log(1, "s", "said"), Log(1, "s", "said"), Log(1, "s", "said more")]);
        await store.Store.AddAsync([Log(1, "s", "said"), Log(1, "other", "said")]);

        Assert.Equal(
            ["s said", "s said more", "other said"],
            (await store.Store.LogsAsync(new TraceId(0, 1), default)).Select(log => $"{log.Origin.Resource.ServiceName} {log.Body}"));
    }

    /// <summary>Nobody asks for them by a trace, yet they are in the file, and leave when it is full.</summary>
    [Fact]
    public async Task Add_LogsOfNoTrace_AreKeptAndLeaveAsTracesDo()
    {
        await using var store = new OpenStore(new StoreOptions { Durability = Durability.Memory, MaxBytes = 2 << 20 });
        await store.Store.AddAsync([Log(0, "first", "first")]);
        Assert.Equal("first|", Row(store, "SELECT body, trace_id FROM logs"));

        for (var export = 0; export < 100; export++)
        {
            await store.AddAsync(Spans.Create(export + 1, 1));
            await store.Store.AddAsync([.. Enumerable.Range(0, 100).Select(number => Log(0, "s", $"{export} {number} {new string('x', 500)}"))]);
        }

        Assert.InRange(store.Store.Count().Bytes, 1 << 20, 3 << 20);
        Assert.Equal("0", Row(store, "SELECT count(*) FROM logs WHERE body = 'first'"));
        Assert.Equal("100", Row(store, "SELECT count(*) FROM logs WHERE body LIKE '99 %'"));
        Assert.Equal($"{store.Store.Count().Traces}", Row(store, "SELECT count(*) FROM trace WHERE id IS NOT NULL"));
        Assert.Equal(100, store.Store.Count().Traces + store.Metrics.EvictedTraceTotal);
    }

    /// <summary>Who may read through one port cannot write there, and the ports for writing show nothing.</summary>
    [Fact]
    public async Task Doors_EachHasItsOwnPort()
    {
        await using var store = await RunningStore.StartAsync();

        foreach (var path in (string[])["/v1/traces", "/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"])
        {
            using var content = new ByteArrayContent([]);
            content.Headers.ContentType = new("application/x-protobuf");
            Assert.Equal(HttpStatusCode.NotFound, (await store.Client.PostAsync(path, content)).StatusCode);
        }

        foreach (var path in (string[])["/", "/viewer/app.js", "/api/services", "/api/v3/services", "/api/store", $"/api/traces/{Ids.Trace(1)}/logs", "/health/ready"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await store.OtlpClient.GetAsync(path)).StatusCode);
        }
    }

    private static string Row(OpenStore store, string sql)
    {
        using var file = StoreProcess.Open(Path.GetDirectoryName(store.Database.File)!);
        using var command = file.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        Assert.True(rows.Read());
        return string.Join('|', Enumerable.Range(0, rows.FieldCount).Select(column => $"{rows.GetValue(column)}"));
    }

    private static LogRecord Log(int trace, string service, string body) => new()
    {
        TraceId = new TraceId(0, (ulong)trace),
        TimeNanos = 7,
        Body = AttributeValue.Of(body),
        Origin = new SpanOrigin { Resource = new Resource(service, []) },
    };
}
