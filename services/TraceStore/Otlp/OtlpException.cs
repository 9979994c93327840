using Microsoft.AspNetCore.Http;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>An export request that is refused as a whole; the message is the one line its sender gets.</summary>
internal sealed class OtlpException(OtlpFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    public OtlpFault Fault { get; } = fault;

    /// <summary>After opentelemetry.io/docs/specs/otlp: 503 is tried again, the others are not.</summary>
    public int HttpStatus => Fault switch
    {
        OtlpFault.TooLarge => StatusCodes.Status413PayloadTooLarge,
        OtlpFault.Unsupported => StatusCodes.Status415UnsupportedMediaType,
        OtlpFault.Overloaded => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>google.rpc.Code; senders try again on UNAVAILABLE only.</summary>
    public int GrpcStatus => Fault switch
    {
        OtlpFault.TooLarge => 8,
        OtlpFault.Unsupported => 12,
        OtlpFault.Overloaded => 14,
        _ => 3,
    };
}

/// <summary>Why an export request was refused.</summary>
internal enum OtlpFault
{
    Malformed,
    TooLarge,
    Unsupported,
    Overloaded,
}
