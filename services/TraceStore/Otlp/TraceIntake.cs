using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>One export request from its bytes to the store. What it answers is already searchable.</summary>
internal sealed class TraceIntake(
    SpanStore store, IntakeBudget budget, Vocabulary vocabulary, StoreMetrics metrics, IOptions<OtlpOptions> options, ILogger<TraceIntake> logger)
{
    private readonly OtlpOptions _limits = options.Value;

    /// <summary>Bytes of one request as it arrives.</summary>
    public int MaxBodyBytes => _limits.MaxBodyBytes;

    /// <summary>Reads a body, gunzipped on the way if need be.</summary>
    public Task<OtlpBody> ReadAsync(Stream body, bool gzip, CancellationToken cancellationToken) => gzip
        ? OtlpBody.GunzipAsync(body, _limits.MaxDecompressedBytes, budget, cancellationToken)
        : OtlpBody.ReadAsync(body, _limits.MaxBodyBytes + GrpcFrame.PrefixBytes, budget, cancellationToken);

    /// <summary>Stores the spans of a message.</summary>
    public ExportResult Accept(ArraySegment<byte> message, OtlpEncoding encoding)
    {
        var batch = encoding == OtlpEncoding.Protobuf
            ? ProtobufTraceReader.Read(message, _limits, vocabulary)
            : JsonTraceReader.Read(message, _limits, vocabulary);

        metrics.Received(batch.Spans.Count + batch.Rejected);
        metrics.Rejected(batch.Rejected, "invalid_id");
        var overfull = store.Add(batch.Spans);
        var reason = (batch.Rejected, overfull) switch
        {
            (0, 0) => null,
            (> 0, 0) => "Spans without a valid trace id and span id were rejected.",
            (0, > 0) => "Spans were rejected because their trace is full (Store:MaxSpansPerTrace, Store:MaxTraceBytes).",
            _ => "Spans were rejected: some lack a valid id, the trace of others is full.",
        };

        if (reason is not null)
        {
            Log.SpansRejected(logger, batch.Rejected + overfull, reason);
        }

        return new ExportResult(batch.Rejected + overfull, reason);
    }
}

/// <summary>The answer to an export: an <c>ExportTraceServiceResponse</c>.</summary>
/// <param name="Rejected">Spans not stored, never to be sent again.</param>
/// <param name="Reason">One line about them; null when all are stored.</param>
internal sealed record ExportResult(int Rejected, string? Reason);
