using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.Photos;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>Posts photographs as a user would.</summary>
internal static class Upload
{
    /// <summary>A picture that is always at hand.</summary>
    public static byte[] Drawn { get; } = DrawnPhotos.Draw()[0].Bytes;

    public static async Task<EdgeAnswer> PostAsync(this HttpClient edge, byte[] photo, string route = "/preprocessing", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(route, UriKind.Relative)) { Content = new ByteArrayContent(photo) };

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await edge.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return new EdgeAnswer((int)response.StatusCode, body, response.Headers.TryGetValues("traceparent", out var values) ? values.Single() : null);
    }
}

/// <summary>What the edge said.</summary>
internal sealed record EdgeAnswer(int Status, JsonElement Body, string? Traceparent)
{
    public string TraceId => Body.GetProperty("trace").GetProperty("id").GetString()!;

    public string Label => Body.GetProperty("prediction").GetProperty("label").GetString()!;
}
