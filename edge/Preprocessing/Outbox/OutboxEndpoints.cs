using System.Buffers;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary><c>GET /v1/answers/{traceId}</c>: what became of an answer of the edge's own; <c>GET /v1/outbox</c>: what is in the outbox. RFC 9457 problem details on error.</summary>
internal static class OutboxEndpoints
{
    private const int TraceIdDigits = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public static void MapOutboxEndpoints(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/answers/{traceId}", Answer);
        endpoints.MapGet("/v1/outbox", Counts);
    }

    private static IResult Answer(string traceId, [FromServices] OutboxReader reader)
    {
        if (traceId.Length != TraceIdDigits || traceId.AsSpan().ContainsAnyExcept(HexDigits))
        {
            return Problem(StatusCodes.Status400BadRequest, "trace_id_invalid", "A trace id has 32 hexadecimal digits.");
        }

        return reader.Find(traceId.ToLowerInvariant()) is { } answer
            ? TypedResults.Ok(answer)
            : Problem(StatusCodes.Status404NotFound, "answer_unknown", "The outbox has no answer of that trace: none of it was to be judged, or it was too long ago.");
    }

    private static IResult Counts(
        [FromServices] OutboxStore outbox, [FromServices] OutboxReader reader, [FromServices] AgreementWindow audits, [FromServices] ClusterCircuit circuit, [FromServices] IOptions<EdgeOptions> options)
    {
        var counts = outbox.Counts;
        return TypedResults.Ok(new OutboxDocument(
            counts.Pending, counts.Judged, counts.Agreed, counts.Changed, counts.Dropped, counts.Bytes, options.Value.OutboxBytes,
            reader.Oldest(), audits.Agreement, audits.Audited, ClusterCircuit.Name(circuit.State)));
    }

    private static IResult Problem(int status, string reason, string detail) => TypedResults.Problem(detail, statusCode: status, extensions: [new("reason", reason)]);
}
