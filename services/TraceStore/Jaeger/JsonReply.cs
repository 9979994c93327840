using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>A JSON answer written straight to the connection, piece by piece, so that a large trace is never held as text.</summary>
internal sealed class JsonReply : IAsyncDisposable
{
    private const int FlushBytes = 32 << 10;

    private readonly PipeWriter _pipe;
    private readonly CancellationToken _aborted;

    public JsonReply(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        _pipe = context.Response.BodyWriter;
        _aborted = context.RequestAborted;
        Json = new Utf8JsonWriter(_pipe, AttributeJson.Options);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Sends what is written once it is enough to be worth it; to be called between items.</summary>
    public async ValueTask SendAsync()
    {
        if (Json.BytesPending + _pipe.UnflushedBytes >= FlushBytes)
        {
            Json.Flush();
            await _pipe.FlushAsync(_aborted);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Json.DisposeAsync();
        await _pipe.FlushAsync(_aborted);
    }
}

/// <summary>What the legacy API wraps every answer in (jaeger: cmd/query/app/http_handler.go, structuredResponse).</summary>
internal sealed record Envelope<T>(T Data, int Total = 0, int Limit = 0, int Offset = 0, IReadOnlyList<EnvelopeError>? Errors = null);

/// <summary>One entry of an envelope's errors.</summary>
internal sealed record EnvelopeError(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Code,
    string Msg,
    [property: JsonPropertyName("traceID"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null);
