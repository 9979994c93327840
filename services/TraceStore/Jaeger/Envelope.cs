namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>What the legacy API wraps every answer in (jaeger: cmd/query/app/http_handler.go, structuredResponse).</summary>
internal sealed record Envelope<T>(T Data, int Total = 0, int Limit = 0, int Offset = 0, IReadOnlyList<EnvelopeError>? Errors = null);
