using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace InferenceTracing.TestBed.Traces;

/// <summary>
/// Takes OTLP over HTTP and gRPC and keeps spans and logs; while it is not <see cref="Available"/> it asks to try again later, and while <see cref="Breaking"/> it
/// says nothing, as one that is killed.
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private const int GrpcUnavailable = 14;

    private readonly Lock _lock = new();
    private readonly List<ExportedSpan> _spans = [];
    private readonly List<ExportedLog> _logs = [];
    private readonly List<string> _paths = [];
    private LocalServer? _server;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpCollector()
    {
    }

    public Uri Http => _server!.Addresses[0];

    public Uri Grpc => _server!.Addresses[1];

    public bool Available { get; set; } = true;

    /// <summary>While true, every connection breaks once a request has come.</summary>
    public bool Breaking { get; set; }

    /// <summary>The paths asked for, one for each request.</summary>
    public IReadOnlyList<string> Paths => Locked(() => _paths.ToArray());

    public IReadOnlyList<ExportedSpan> Spans => Locked(() => _spans.ToArray());

    public IReadOnlyList<ExportedLog> Logs => Locked(() => _logs.ToArray());

    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        collector._server = await LocalServer.StartAsync(collector.Map, protocols: [HttpProtocols.Http1, HttpProtocols.Http2]);
        return collector;
    }

    /// <summary>The settings that send a service's spans here.</summary>
    public IEnumerable<(string Key, string Value)> Settings(string protocol = "http/protobuf") =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", (protocol == "grpc" ? Grpc : Http).GetLeftPart(UriPartial.Authority)),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_METRICS_EXPORTER", "none"),
        ("OTEL_LOGS_EXPORTER", "none"),
    ];

    /// <summary>The spans of a trace as soon as <paramref name="complete"/> is content with them.</summary>
    public Task<IReadOnlyList<ExportedSpan>> TraceAsync(string traceId, Func<IReadOnlyList<ExportedSpan>, bool> complete) => UntilAsync(
        () => (IReadOnlyList<ExportedSpan>)[.. Spans.Where(span => span.TraceId == traceId)], complete);

    /// <summary>The one span of a trace that <paramref name="wanted"/> describes.</summary>
    public async Task<ExportedSpan> SpanAsync(string traceId, Func<ExportedSpan, bool>? wanted = null) =>
        (await TraceAsync(traceId, spans => spans.Any(wanted ?? (_ => true)))).Single(wanted ?? (_ => true));

    /// <summary>Returns when <paramref name="count"/> requests have come.</summary>
    public Task RequestsAsync(int count) => UntilAsync(() => Paths, paths => paths.Count >= count);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task<IReadOnlyList<T>> UntilAsync<T>(Func<IReadOnlyList<T>> look, Func<IReadOnlyList<T>, bool> complete)
    {
        while (true)
        {
            var news = Locked(() => _news.Task);
            var seen = look();

            if (complete(seen))
            {
                return seen;
            }

            await Patience.For(
                news.ContinueWith(_ => true, TaskScheduler.Default), () => $"more than: {string.Join("; ", seen)} (of {string.Join("; ", Spans)})");
        }
    }

    private void Map(WebApplication app)
    {
        app.MapPost("/v1/{signal}", async context =>
        {
            var body = await BodyAsync(context);
            context.Response.StatusCode = Take(context, body) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "application/x-protobuf";
        });
        app.MapPost("/opentelemetry.proto.collector.{service}/Export", async context =>
        {
            // A gRPC message: one byte of flags, four of length.
            var body = await BodyAsync(context);
            var taken = Take(context, body.Length > 5 ? body[5..] : []);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[taken ? 5 : 0]);
            context.Response.AppendTrailer("grpc-status", (taken ? 0 : GrpcUnavailable).ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
    }

    private bool Take(HttpContext context, byte[] message)
    {
        var path = context.Request.Path.Value!;
        var isTrace = path.Contains("trace", StringComparison.Ordinal);
        var available = Available && !Breaking;
        var spans = available && isTrace ? OtlpMessage.Spans(message) : [];
        var logs = available && path.Contains("logs", StringComparison.Ordinal) ? OtlpMessage.Logs(message) : [];

        TaskCompletionSource news;

        lock (_lock)
        {
            _paths.Add(path);
            _spans.AddRange(spans);
            _logs.AddRange(logs);
            (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        news.SetResult();

        if (Breaking)
        {
            context.Abort();
        }

        return available;
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory);
        return memory.ToArray();
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}
