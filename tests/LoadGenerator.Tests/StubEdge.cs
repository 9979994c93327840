using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>A server in the edge's place that answers as a test wants it to.</summary>
internal sealed class StubEdge : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _inside;
    private int _mostInside;

    private StubEdge(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>The most requests that were inside at once.</summary>
    public int MostInside => Volatile.Read(ref _mostInside);

    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    /// <param name="answer">Gets the number of the request, the look whether anybody is there being 0.</param>
    public static async Task<StubEdge> StartAsync(Func<int, HttpContext, Task> answer)
    {
        var stub = new StubEdge(StubHost.Build());
        var number = -1;

        stub._app.MapPost("/preprocessing", async context =>
        {
            var inside = Interlocked.Increment(ref stub._inside);
            InterlockedMax(ref stub._mostInside, inside);

            try
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                stub.Seen.Enqueue(new SeenRequest(
                    Stopwatch.GetTimestamp(), context.Request.ContentType ?? "", context.Request.Headers["x-device-id"].ToString(), context.Connection.Id, body.ToArray()));
                await answer(Interlocked.Increment(ref number), context);
            }
            finally
            {
                Interlocked.Decrement(ref stub._inside);
            }
        });

        await stub._app.StartAsync();
        return stub;
    }

    public static Task<StubEdge> StartAsync() => StartAsync((_, context) => context.Response.WriteAsync("{}"));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}

/// <summary>What a request was.</summary>
internal sealed record SeenRequest(long Timestamp, string ContentType, string Device, string Connection, byte[] Body);
