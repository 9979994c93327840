using Google.Protobuf;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Otlp;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>Archived traces lie whole, as OTLP's <c>TracesData</c>: they need nothing of what is swept when other traces go.</summary>
internal static class TraceArchive
{
    public static byte[] Write(Trace trace) => OtlpWriting.Data(trace).ToByteArray();

    public static Trace? Find(SpanReader reader, TraceId id)
    {
        Span<byte> bytes = stackalloc byte[TraceId.Size];
        id.WriteBytes(bytes);
        var row = reader.Prepared("SELECT spans FROM archive WHERE trace_id = ?").WithBlob(bytes);
        var data = row.Step() ? TracesData.Parser.ParseFrom(row.Bytes(0).ToArray()) : null;
        row.Reset();

        // What was stored was within the limits.
        return data is null ? null : new Trace(id, [.. new OtlpSpans(OtlpOptions.Unlimited).Read(data.ResourceSpans, out _)]);
    }
}
