using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Requests;

/// <summary>Reads an answer to its end, and as little into it as is asked of it: parsing it all would cost the cores that are being measured.</summary>
internal static class AnswerReader
{
    private const int LargestLookedAt = 64 * 1024;

    /// <summary>Of a good answer: whose vote is missing and why, or why the edge gave it. Of another: its kind of error, <c>503 too_busy</c>.</summary>
    public static async Task<Outcome> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LargestLookedAt);

        try
        {
            var length = await ReadAllAsync(answer.Content, buffer, cancellationToken);
            var body = buffer.AsMemory(0, length);

            return answer.IsSuccessStatusCode
                ? new Outcome(null, body.Span.IndexOf("\"degraded\":true"u8) >= 0 ? LeftOut(body) : null, TraceId(answer)) { ByTheEdge = ByTheEdge(body.Span) }
                : new Outcome(Kind(answer.StatusCode, body), null, TraceId(answer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The trace of the <c>traceparent</c> the edge answers with, which it does for sampled ones only.</summary>
    public static string? TraceId(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("traceparent", out var values) && values.FirstOrDefault()?.Split('-') is [_, { Length: 32 } id, ..] ? id : null;

    private static async Task<int> ReadAllAsync(HttpContent content, byte[] buffer, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);

        if (length == buffer.Length)
        {
            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }

        return length;
    }

    /// <summary>In the form in which the edge writes it: with a cascade these are most answers, and are not parsed.</summary>
    private static string? ByTheEdge(ReadOnlySpan<byte> body)
    {
        var start = "\"decidedBy\":\"edge\",\"why\":\""u8;
        var at = body.IndexOf(start);

        if (at < 0)
        {
            return null;
        }

        var why = body[(at + start.Length)..];
        return why.IndexOf((byte)'"') is var end and >= 0 ? Encoding.UTF8.GetString(why[..end]) : null;
    }

    /// <summary>The members without a vote, each with its reason. Degraded answers are few, so that reading into them costs little.</summary>
    private static string LeftOut(ReadOnlyMemory<byte> body)
    {
        const string Unnamed = "a member that the answer does not name";

        try
        {
            using var answer = JsonDocument.Parse(body);
            var missing = answer.RootElement.GetProperty("votes").EnumerateArray()
                .Where(vote => !vote.TryGetProperty("label", out var label) || label.ValueKind == JsonValueKind.Null)
                .Select(vote => $"{vote.GetProperty("model").GetString()} {(vote.TryGetProperty("error", out var error) ? error.GetString() : null)}".TrimEnd());
            return string.Join(", ", missing) is { Length: > 0 } names ? names : Unnamed;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Unnamed;
        }
    }

    private static string Kind(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        var code = ((int)status).ToString(CultureInfo.InvariantCulture);

        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("reason", out var reason) ? $"{code} {reason.GetString()}" : code;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return code;
        }
    }
}
