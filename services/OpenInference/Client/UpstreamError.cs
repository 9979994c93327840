using System.Text.Json;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference.Client;

/// <summary>What a service that refused says: v2's <c>{"error": …}</c>, with its status where a v2 service may send it.</summary>
internal static class UpstreamError
{
    private const int LongestBody = 16 * 1024;

    private const int LongestMessage = 500;

    public static async Task<InferenceException> ReadAsync(string model, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;

        if (InferenceException.ReasonOf(status) is not { } reason)
        {
            return new InferenceException(503, "bad_upstream_answer", $"{model} answered with status {status}.");
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = await PooledBody.ReadAsync(stream, LongestBody, cancellationToken).ConfigureAwait(false);

        return new InferenceException(status, reason, Message(body) ?? $"{model} answered with status {status}.")
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
            ToldReason = response.Headers.TryGetValues(ErrorType.Header, out var told) ? ErrorType.Read(told.FirstOrDefault()) : null,
        };
    }

    private static string? Message(PooledBody? body)
    {
        if (body is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.String
                    ? OneLine(error.GetString()!)
                    : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= LongestMessage ? line : line[..LongestMessage];
    }
}
