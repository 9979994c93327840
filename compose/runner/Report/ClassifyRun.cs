using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.Photos;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Terminal;
using InferenceTracing.TraceCheck;
using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>Posts each photograph to the edge, reads its trace back and checks it edge by edge.</summary>
internal static class ClassifyRun
{
    private static readonly TimeSpan TracePatience = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<PhotoResult>> RunAsync(
        ServicePlan plan, IReadOnlyList<Photograph> photos, LaunchClock clock, CancellationToken cancellationToken)
    {
        using var edge = new HttpClient { BaseAddress = plan.Edge };
        using var store = new HttpClient { BaseAddress = plan.Traces };
        var traces = new JaegerClient(store, TimeProvider.System);
        var shape = RequestTrace.Of(plan.Members);
        var answers = new List<(Photograph Photo, JsonElement Answer, string? Error)>();

        await Steps.RunAsync("Classifying", photos, async photo =>
        {
            answers.Add(await PostAsync(edge, photo, cancellationToken));

            if (answers.Count == 1)
            {
                AnsiConsole.MarkupLineInterpolated($"  [green]✔[/] first answer {clock.Elapsed.TotalSeconds:0.0} s after the start");
            }
        });

        if (plan.Backend is not null)
        {
            // Others' stores have no query API in common.
            return [.. answers.Select(answer => new PhotoResult(answer.Photo.Name, answer.Answer, answer.Error, null, 0, []))];
        }

        var results = new List<PhotoResult>();

        await Steps.RunAsync("Reading the traces back", answers, async answer =>
            results.Add(await CheckAsync(answer.Photo, answer.Answer, answer.Error, traces, shape, cancellationToken)));

        return results;
    }

    private static async Task<(Photograph Photo, JsonElement Answer, string? Error)> PostAsync(
        HttpClient edge, Photograph photo, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(photo.Bytes);

        try
        {
            using var response = await edge.PostAsync(new Uri("preprocessing", UriKind.Relative), body, cancellationToken);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);

            return response.IsSuccessStatusCode
                ? (photo, answer, null)
                : (photo, answer, $"{(int)response.StatusCode} {answer.GetProperty("detail").GetString()}");
        }
        catch (Exception broken) when (broken is HttpRequestException or JsonException)
        {
            return (photo, default, broken.Message);
        }
    }

    private static async Task<PhotoResult> CheckAsync(
        Photograph photo, JsonElement answer, string? error, JaegerClient traces, RequestTrace shape, CancellationToken cancellationToken)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("trace", out var trace) || trace.ValueKind != JsonValueKind.Object)
        {
            return new PhotoResult(photo.Name, answer, error, null, 0, ["there is no answer that names a trace"]);
        }

        var url = trace.GetProperty("url").GetString();

        try
        {
            var spans = await traces.WaitForTraceAsync(trace.GetProperty("id").GetString()!, shape.IsComplete, TracePatience, cancellationToken);
            return new PhotoResult(photo.Name, answer, error, url, spans.Count, shape.Problems(spans));
        }
        catch (Exception broken) when (broken is HttpRequestException or JsonException)
        {
            return new PhotoResult(photo.Name, answer, error, url, 0, [$"cannot be read: {broken.Message}"]);
        }
    }
}

/// <summary>What came of a photograph.</summary>
/// <param name="Photo">Its file name.</param>
/// <param name="Answer">The edge's answer.</param>
/// <param name="Error">Why there is no prediction; null where there is one.</param>
/// <param name="TraceUrl">Where its trace is seen; null where the answer does not say.</param>
/// <param name="Spans">Spans of its trace.</param>
/// <param name="Problems">What is wrong with the trace, a line each.</param>
internal sealed record PhotoResult(string Photo, JsonElement Answer, string? Error, string? TraceUrl, int Spans, IReadOnlyList<string> Problems);
