using System.Text.Json;
using Google.Protobuf;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>One signal's way from an export request to the file, whichever door the request came through.</summary>
internal interface IIntake
{
    /// <summary>Stores what a message holds.</summary>
    /// <exception cref="OtlpException">Nothing is stored: the message is malformed, or there is no room for it.</exception>
    /// <exception cref="Storage.StoreUnavailableException">Nothing is stored; it may be sent again.</exception>
    Task<ExportResult> AcceptAsync(ReadOnlyMemory<byte> message, OtlpEncoding encoding);

    /// <summary>The answer to the export, as the signal's service has it.</summary>
    IMessage Answer(ExportResult result);
}

/// <summary>What became of an export.</summary>
/// <param name="Rejected">Items not stored, never to be sent again.</param>
/// <param name="Reason">One line about them; null when all are stored.</param>
internal sealed record ExportResult(int Rejected, string? Reason);

/// <summary>How an export request and its answer are written.</summary>
internal enum OtlpEncoding
{
    Protobuf,
    Json,
}

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

/// <summary>Reads export requests and writes their answers, as protobuf or as JSON.</summary>
internal static class OtlpMessages
{
    // Every level of an attribute takes four of JSON's: value, arrayValue, values, item.
    private const int LevelsPerNesting = 4;
    private const int LevelsAboveAttributes = 16;

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    /// <exception cref="OtlpException">The message is malformed.</exception>
    public static T Read<T>(ReadOnlySpan<byte> message, OtlpEncoding encoding, OtlpOptions limits)
        where T : IMessage<T>, new()
    {
        if (encoding == OtlpEncoding.Json)
        {
            return OtlpJson.Read<T>(message, (limits.MaxDepth * LevelsPerNesting) + LevelsAboveAttributes);
        }

        try
        {
            return OtlpWire.Read<T>(message);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new OtlpException(OtlpFault.Malformed, $"Malformed protobuf: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    public static byte[] Write(IMessage answer, OtlpEncoding encoding) =>
        encoding == OtlpEncoding.Protobuf ? answer.ToByteArray() : System.Text.Encoding.UTF8.GetBytes(Formatter.Format(answer));

    /// <summary>A <c>google.rpc.Status</c>: what an exporter logs of a refusal.</summary>
    public static byte[] Write(OtlpException refusal, OtlpEncoding encoding)
    {
        if (encoding == OtlpEncoding.Json)
        {
            return JsonSerializer.SerializeToUtf8Bytes(new { code = refusal.GrpcStatus, message = refusal.Message });
        }

        using var buffer = new MemoryStream();

        using (var output = new CodedOutputStream(buffer))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt32(refusal.GrpcStatus);
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(refusal.Message);
        }

        return buffer.ToArray();
    }

    /// <summary>A refusal of the store's, in OTLP's words.</summary>
    public static OtlpException Refusal(StoreUnavailableException refused) => new(OtlpFault.Overloaded, refused.Message, refused);
}
