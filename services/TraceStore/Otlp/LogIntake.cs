using Google.Protobuf;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;
using OpenTelemetry.Proto.Collector.Logs.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>One export request of log records, from its bytes to the file.</summary>
internal sealed class LogIntake(SpanStore store, IntakeBudget budget, IOptions<OtlpOptions> options, ILogger<LogIntake> logger) : IIntake
{
    private readonly OtlpOptions _limits = options.Value;
    private readonly MessageWeight _weight = MessageWeight.Of(ExportLogsServiceRequest.Descriptor);

    public async Task<ExportResult> AcceptAsync(ReadOnlyMemory<byte> message, OtlpEncoding encoding)
    {
        using var room = budget.Take(_weight.Weigh(message.Span, encoding), message.Length);
        var logs = new OtlpLogs(_limits).Read(OtlpMessages.Read<ExportLogsServiceRequest>(message.Span, encoding, _limits).ResourceLogs);
        var overfull = await store.AddAsync(logs);

        if (overfull == 0)
        {
            return new ExportResult(0, null);
        }

        const string Reason = "Log records were rejected because their trace is full (Store:MaxTraceBytes).";
        Log.LogsRejected(logger, overfull, Reason);
        return new ExportResult(overfull, Reason);
    }

    public IMessage Answer(ExportResult result) => new ExportLogsServiceResponse
    {
        PartialSuccess = result.Reason is null ? null : new ExportLogsPartialSuccess { RejectedLogRecords = result.Rejected, ErrorMessage = result.Reason },
    };
}
