using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// A small answer. Jaeger writes no charset behind <c>application/json</c>, and some clients compare the whole text. Its errors, which Go labels
/// text, are labelled here as what they are.
/// </summary>
internal static class JsonAnswer
{
    public const string ContentType = "application/json";

    private static readonly JsonSerializerOptions Options =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Of<T>(T answer, int status = StatusCodes.Status200OK) => Results.Json(answer, Options, ContentType, status);
}

/// <summary>
/// What the first API wraps its answers in (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/http_handler.go, structuredResponse).
/// </summary>
internal sealed record Envelope<T>(T Data, int Total = 0, int Limit = 0, int Offset = 0, IReadOnlyList<EnvelopeError>? Errors = null);

/// <summary>One entry of an envelope's errors.</summary>
internal sealed record EnvelopeError(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Code,
    string Msg,
    [property: JsonPropertyName("traceID"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null);
