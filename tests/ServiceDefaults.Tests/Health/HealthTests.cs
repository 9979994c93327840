using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.TestBed;

namespace InferenceTracing.ServiceDefaults.Tests.Health;

public sealed class HealthTests : IAsyncLifetime
{
    private StartedService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartedService.StartAsync(TracedSample.Name);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Live_NotReady_AnswersAllTheSame()
    {
        await FeelAsync("Unhealthy");

        using var answer = await _service.Client.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var report = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("""{"status":"healthy","checks":{}}""", report.GetRawText());
    }

    [Theory]
    [InlineData("Healthy", HttpStatusCode.OK)]
    [InlineData("Degraded", HttpStatusCode.OK)]
    [InlineData("Unhealthy", HttpStatusCode.ServiceUnavailable)]
    public async Task Ready_Always_SaysWhatTheChecksSay(string mood, HttpStatusCode expected)
    {
        await FeelAsync(mood);

        using var answer = await _service.Client.GetAsync("/health/ready");

        Assert.Equal(expected, answer.StatusCode);
        var status = mood.ToLowerInvariant();
        var report = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(status, report.GetProperty("status").GetString());
        var check = report.GetProperty("checks").GetProperty("mood");
        Assert.Equal(status, check.GetProperty("status").GetString());
        Assert.Equal($"feels {mood}", check.GetProperty("description").GetString());
    }

    /// <summary>It is asked every second or more often: what it found out is the answer, and no line of the log.</summary>
    [Fact]
    public async Task Ready_NotReady_IsNoLineForEachLook()
    {
        await FeelAsync("Unhealthy");

        using var look = await _service.Client.GetAsync("/health/ready");
        using var failure = await _service.Client.PostAsync("/fail", null);

        await Patience.UntilAsync(() => Task.FromResult(_service.Output), lines => lines.Any(line => line.Contains("POST /fail failed", StringComparison.Ordinal)));
        Assert.DoesNotContain(_service.Output, line => line.Contains("Diagnostics.HealthChecks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HealthOption_Ready_ExitsWith0()
    {
        await using var probe = await StartedService.RunAsync(TracedSample.Name, [("URLS", _service.Address.ToString())], "--health");

        Assert.Equal(0, probe.ExitCode);
        Assert.Empty(probe.Errors);
    }

    [Fact]
    public async Task HealthOption_EveryInterface_AsksOnLoopback()
    {
        await using var probe = await StartedService.RunAsync(TracedSample.Name, [("URLS", $"http://*:{_service.Address.Port}")], "--health");

        Assert.Equal(0, probe.ExitCode);
    }

    [Fact]
    public async Task HealthOption_NotReady_ExitsWith1AndSaysWhy()
    {
        await FeelAsync("Unhealthy");

        await using var probe = await StartedService.RunAsync(TracedSample.Name, [("URLS", _service.Address.ToString())], "--health");

        Assert.Equal(1, probe.ExitCode);
        Assert.Contains("feels Unhealthy", Assert.Single(probe.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HealthOption_NobodyListens_ExitsWith1AndNamesTheAddress()
    {
        var nowhere = await LocalServer.NowhereAsync();

        await using var probe = await StartedService.RunAsync(TracedSample.Name, [("URLS", nowhere.ToString())], "--health");

        Assert.Equal(1, probe.ExitCode);
        Assert.Contains($":{nowhere.Port}/health/ready", Assert.Single(probe.Errors), StringComparison.Ordinal);
    }

    private async Task FeelAsync(string mood)
    {
        using var answer = await _service.Client.PostAsync($"/mood/{mood}", null);
        answer.EnsureSuccessStatusCode();
    }
}
