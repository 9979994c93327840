using System.Collections.Concurrent;
using System.Text.Json;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

public sealed class WebhookTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("outbox-").FullName;
    private readonly ConcurrentQueue<(string Path, string? Id, JsonElement Body)> _told = new();
    private JudgingCluster _cluster = null!;
    private LocalServer _receiver = null!;
    private volatile int _status = StatusCodes.Status204NoContent;

    private (string Key, string Value) Setting => ("Edge:Webhook", new Uri(_receiver.Address, "/changed?key=1").ToString());

    public async ValueTask InitializeAsync()
    {
        _cluster = await JudgingCluster.StartAsync();
        _receiver = await LocalServer.StartAsync(app => app.MapPost("/{path}", async (HttpContext context, string path) =>
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
            _told.Enqueue((path, context.Request.Headers["x-answer-id"], body));
            context.Response.StatusCode = _status;
            context.Response.Headers.Location = "/elsewhere";
        }));
    }

    [Fact]
    public async Task Webhook_AnswerChanged_IsToldOnceWhatTheEndpointSays()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder, _cluster.Address, settings: Setting);
        await outbox.KeepAsync(first: 7, final: 7);
        var changed = await outbox.KeepAsync(first: 5, final: 8);
        await outbox.KeepAsync(first: 9, final: 9);

        await outbox.UntilAsync(counts => counts.Judged == 3);
        var (path, id, body) = (await ToldAsync(1)).Single();

        Assert.Equal(("changed", changed), (path, id));
        Assert.Equal((await outbox.GetAsync($"/v1/answers/{changed}")).Body.ToString(), body.ToString());
        Assert.Equal("thing 8", body.GetProperty("final").GetProperty("label").GetString());
        await NothingOwedAsync(outbox);
        Assert.Single(_told);
    }

    [Theory]
    [InlineData(StatusCodes.Status500InternalServerError)]
    [InlineData(StatusCodes.Status307TemporaryRedirect)]
    public async Task Webhook_NotTaken_IsToldAgainAlsoAfterARestart(int refusal)
    {
        _status = refusal;
        string changed;

        await using (var before = await RunningOutbox.StartAsync(_folder, _cluster.Address, settings: Setting))
        {
            changed = await before.KeepAsync(first: 5, final: 8);
            await ToldAsync(2);
        }

        var told = _told.Count;
        _status = StatusCodes.Status200OK;
        await using var outbox = await RunningOutbox.StartAsync(_folder, settings: Setting);

        Assert.All(await ToldAsync(told + 1), each => Assert.Equal(("changed", changed), (each.Path, each.Id)));
        await NothingOwedAsync(outbox);
        Assert.Single(_cluster.Asked);
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<IReadOnlyList<(string Path, string? Id, JsonElement Body)>> ToldAsync(int count) => Patience.UntilAsync(
        () => Task.FromResult<IReadOnlyList<(string Path, string? Id, JsonElement Body)>>([.. _told]), told => told.Count >= count);

    private static Task<OwedNotice?> NothingOwedAsync(RunningOutbox outbox) =>
        Patience.UntilAsync(() => Task.FromResult(outbox.Reader.Owed(DateTimeOffset.MaxValue)), owed => owed is null);
}
