using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>A query API that has lost every trace.</summary>
internal sealed class StubStore : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubStore(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<StubStore> StartAsync()
    {
        var app = StubHost.Build();
        app.MapGet("/api/traces/{id}", (string id) => Results.NotFound());
        await app.StartAsync();
        return new StubStore(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
