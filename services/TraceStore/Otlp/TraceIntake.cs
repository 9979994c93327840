using Google.Protobuf;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>One export request of spans, from its bytes to the file.</summary>
internal sealed class TraceIntake(
    SpanStore store, IntakeBudget budget, StoreMetrics metrics, IOptions<OtlpOptions> options, ILogger<TraceIntake> logger) : IIntake
{
    private readonly OtlpOptions _limits = options.Value;
    private readonly MessageWeight _weight = MessageWeight.Of(ExportTraceServiceRequest.Descriptor);

    public async Task<ExportResult> AcceptAsync(ReadOnlyMemory<byte> message, OtlpEncoding encoding)
    {
        using var room = budget.Take(_weight.Weigh(message.Span, encoding), message.Length);
        var spans = new OtlpSpans(_limits).Read(OtlpMessages.Read<ExportTraceServiceRequest>(message.Span, encoding, _limits).ResourceSpans, out var invalid);

        metrics.Received(spans.Count + invalid);
        metrics.Rejected(invalid, "invalid_id");
        var overfull = await store.AddAsync(spans);
        var reason = (invalid, overfull) switch
        {
            (0, 0) => null,
            (> 0, 0) => "Spans without a valid trace id and span id were rejected.",
            (0, > 0) => "Spans were rejected because their trace is full (Store:MaxSpansPerTrace, Store:MaxTraceBytes).",
            _ => "Spans were rejected: some lack a valid id, the trace of others is full.",
        };

        if (reason is not null)
        {
            Log.SpansRejected(logger, invalid + overfull, reason);
        }

        return new ExportResult(invalid + overfull, reason);
    }

    public IMessage Answer(ExportResult result) => new ExportTraceServiceResponse
    {
        PartialSuccess = result.Reason is null ? null : new ExportTracePartialSuccess { RejectedSpans = result.Rejected, ErrorMessage = result.Reason },
    };
}
