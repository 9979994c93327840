using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>A query API that has lost every trace.</summary>
internal sealed class StubStore : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubStore(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>How many traces it says it has let go.</summary>
    public int Evicted { get; set; }

    /// <summary>The login of the last request.</summary>
    public string? Authorization { get; private set; }

    public static async Task<StubStore> StartAsync()
    {
        var app = StubHost.Build();
        var store = new StubStore(app);
        app.MapGet("/jaeger/api/traces/{id}", store.Answer);
        app.MapGet("/api/traces/{id}", store.Answer);
        app.MapGet("/api/store", () => Results.Json(new { evictedTraces = store.Evicted }));
        await app.StartAsync();
        return store;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Answer(HttpContext context)
    {
        Authorization = context.Request.Headers.Authorization;
        return Results.NotFound();
    }
}
