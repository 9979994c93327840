using System.IO.Pipelines;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// A JSON answer written straight to the connection, piece by piece, so that a large trace is never held as text; indented where it is asked
/// for with <c>prettyPrint</c>, as Jaeger's page does for its JSON views.
/// </summary>
internal sealed class JsonReply : IAsyncDisposable
{
    private const int FlushBytes = 32 << 10;

    private readonly PipeWriter _pipe;
    private readonly CancellationToken _aborted;

    public JsonReply(HttpContext context)
    {
        context.Response.ContentType = JsonAnswer.ContentType;
        _pipe = context.Response.BodyWriter;
        _aborted = context.RequestAborted;
        Json = new Utf8JsonWriter(_pipe, AttributeJson.Options with
        {
            Indented = context.Request.Query["prettyPrint"].ToString() is not ("" or "false"),
            IndentSize = 4,
        });
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
