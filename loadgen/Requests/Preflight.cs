using System.Text.Json;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.Photos;

namespace InferenceTracing.LoadGenerator.Requests;

/// <summary>One photograph to each address before the run: is anybody there, who votes, and where are its traces seen?</summary>
internal static class Preflight
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="UsageException">An address does not answer, or refuses a good photograph.</exception>
    public static async Task<SystemDescription> AskAsync(Scenario scenario, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = Patience };
        var answers = new List<SystemDescription>();

        foreach (var target in scenario.Targets)
        {
            answers.Add(await AskAsync(client, target, new RequestBody(photos[0], scenario.Multipart), scenario.Headers, cancellationToken));
        }

        return answers[0];
    }

    private static async Task<SystemDescription> AskAsync(
        HttpClient client, Uri target, RequestBody body, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = body.Content() };

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var answer = await client.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);

            return answer.IsSuccessStatusCode
                ? SystemDescription.Of(text)
                : throw new UsageException($"{target} answers {(int)answer.StatusCode}: {(text.Length > 200 ? text[..200] : text).ReplaceLineEndings(" ").Trim()}");
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UsageException($"Nothing answers at {target} ({Reason(failure)}): start the system with `dotnet run --project compose/local`, or name another address with --url.");
        }
    }

    private static string Reason(Exception failure) => failure is OperationCanceledException
        ? $"no answer within {Patience.TotalSeconds:0} s"
        : failure.InnerException?.Message ?? failure.Message;
}

/// <summary>What the first answer tells about the system.</summary>
/// <param name="Members">Who votes; empty where the answer does not say.</param>
/// <param name="TraceUrl">Where a trace is seen, with <c>{traceId}</c> in the place of its id; null where the answer does not say.</param>
/// <param name="Untrained">The weights are random numbers.</param>
internal sealed record SystemDescription(IReadOnlyList<string> Members, string? TraceUrl, bool Untrained)
{
    public static SystemDescription Of(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            var members = root.GetProperty("votes").EnumerateArray().Select(vote => vote.GetProperty("model").GetString()!).ToList();
            var trace = root.GetProperty("trace");
            var url = trace.ValueKind == JsonValueKind.Object ? trace.GetProperty("url").GetString() : null;

            return new SystemDescription(
                members,
                // The page links to it, so it must be what a link may be.
                url is null || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
                    ? null
                    : url.Replace(trace.GetProperty("id").GetString()!, "{traceId}", StringComparison.Ordinal),
                root.TryGetProperty("untrained", out var untrained) && untrained.ValueKind == JsonValueKind.True);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Some other server: it can be loaded, but its traces cannot be checked.
            return new SystemDescription([], null, Untrained: false);
        }
    }
}
