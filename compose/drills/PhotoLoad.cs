using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.Photos;

namespace InferenceTracing.Drills;

/// <summary>Photographs at a steady rate, whether or not the ones before are answered, and what became of each.</summary>
internal sealed class PhotoLoad(HttpClient edge, int rate, TimeProvider clock)
{
    // More than this many unanswered ones, and the next is not sent: the drill is about the system, not about this process's memory.
    private const int MostInFlight = 256;

    private const int MostTicks = 50;

    private const int Side = 256;

    private readonly byte[] _photo = Draw();
    private readonly ConcurrentQueue<PhotoAnswer> _answers = new();
    private int _inFlight;

    /// <summary>What came back so far.</summary>
    public IReadOnlyCollection<PhotoAnswer> Answers => _answers;

    /// <summary>Sends until <paramref name="stop"/> is cancelled, then waits for the answers still to come.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Math.Min(rate, MostTicks)), clock);
        var began = clock.GetTimestamp();
        var sent = new List<Task>();

        try
        {
            for (var due = 0L; await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);)
            {
                // On a busy machine ticks come late, and several of them as one.
                for (var now = (long)(clock.GetElapsedTime(began).TotalSeconds * rate); due < now; due++)
                {
                    if (Volatile.Read(ref _inFlight) < MostInFlight)
                    {
                        sent.Add(SendAsync());
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }

        await Task.WhenAll(sent).ConfigureAwait(false);
    }

    /// <summary>Sends one, and says what came back.</summary>
    public async Task<PhotoAnswer> SendAsync()
    {
        var at = clock.GetUtcNow();
        var start = clock.GetTimestamp();
        Interlocked.Increment(ref _inFlight);

        try
        {
            using var content = new ByteArrayContent(_photo);
            using var response = await edge.PostAsync(new Uri("preprocessing", UriKind.Relative), content).ConfigureAwait(false);
            var body = await response.Content.ReadFromJsonAsync<JsonElement>().ConfigureAwait(false);
            return Note(PhotoAnswer.Read(at, clock.GetElapsedTime(start), (int)response.StatusCode, body));
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return Note(new PhotoAnswer(at, clock.GetElapsedTime(start), 0, PhotoAnswer.NotConnected, null, false, []));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            return Note(new PhotoAnswer(at, clock.GetElapsedTime(start), 0, failure.Message, null, false, []));
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private static byte[] Draw()
    {
        var rgb = new byte[Side * Side * 3];

        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)((i / 3 % Side) ^ (i / 3 / Side));
        }

        return PngFile.Write(rgb, Side, Side);
    }

    private PhotoAnswer Note(PhotoAnswer answer)
    {
        _answers.Enqueue(answer);
        return answer;
    }
}

/// <summary>What became of one photograph.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Elapsed">Until its answer.</param>
/// <param name="Status">HTTP status; 0 where the edge itself did not answer.</param>
/// <param name="Reason">The reason of a refusal; null when it was answered.</param>
/// <param name="TraceId">Its trace, where the edge named one.</param>
/// <param name="Degraded">True when a member's vote is missing.</param>
/// <param name="Members">Who voted in the cluster.</param>
internal sealed record PhotoAnswer(
    DateTimeOffset At, TimeSpan Elapsed, int Status, string? Reason, string? TraceId, bool Degraded, IReadOnlyList<string> Members)
{
    /// <summary>Whether the edge answered by itself, and why; null where the cluster did.</summary>
    public string? ByTheEdge { get; init; }

    /// <summary>True where the cluster would have been asked, and could not be.</summary>
    public bool Provisional { get; init; }

    /// <summary>What the edge waited for the cluster, by its own clock.</summary>
    public TimeSpan AtCluster { get; init; }

    /// <summary>True where the answer waits for its judgement.</summary>
    public bool Queued { get; init; }

    /// <summary>The reason of a photograph that nobody has taken: nobody listens where the edge would.</summary>
    public const string NotConnected = "not connected";

    /// <summary>Whether the edge, or the lack of one, told the sender to come again.</summary>
    public bool IsRefused => Status is 503 or 504 || (Status == 0 && Reason == NotConnected);

    public static PhotoAnswer Read(DateTimeOffset at, TimeSpan elapsed, int status, JsonElement body)
    {
        var traceId = body.TryGetProperty("trace", out var trace) && trace.ValueKind == JsonValueKind.Object ? trace.GetProperty("id").GetString() : null;
        var reason = body.TryGetProperty("reason", out var why) ? why.GetString() : null;
        var members = body.TryGetProperty("votes", out var votes)
            ? votes.EnumerateArray().Where(vote => vote.GetProperty("label").ValueKind == JsonValueKind.String).Select(vote => vote.GetProperty("model").GetString()!).ToList()
            : [];

        return new PhotoAnswer(at, elapsed, status, reason, traceId, Is("degraded"), members)
        {
            ByTheEdge = body.TryGetProperty("decidedBy", out var by) && by.GetString() == "edge" ? body.GetProperty("why").GetString() : null,
            AtCluster = body.TryGetProperty("timings", out var timings) ? TimeSpan.FromMilliseconds(timings.GetProperty("request").GetDouble()) : TimeSpan.Zero,
            Provisional = Is("provisional"),
            Queued = Is("queued"),
        };

        bool Is(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
    }
}
