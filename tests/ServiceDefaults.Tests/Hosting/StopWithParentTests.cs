using System.Net;
using InferenceTracing.TestBed;

namespace InferenceTracing.ServiceDefaults.Tests.Hosting;

public sealed class StopWithParentTests
{
    private const string Graceful = "Application is shutting down";

    [Fact]
    public async Task Input_Ends_ServiceStopsGracefully()
    {
        await using var service = await StartedService.StartAsync(TracedSample.Name);

        service.CloseInput();
        await service.WaitForExitAsync();

        Assert.Equal(0, service.ExitCode);
        Assert.Contains(service.Output, line => line.Contains(Graceful, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parent_Killed_ServiceStopsGracefully()
    {
        await using var launcher = await StartedService.StartAsync(TracedSample.Name, [], "launch");

        launcher.Kill();
        // The service writes to the launcher's own output, which ends with the last process that holds it.
        await launcher.WaitForExitAsync();

        Assert.Contains(launcher.Output, line => line.Contains(Graceful, StringComparison.Ordinal));
        await Assert.ThrowsAsync<HttpRequestException>(() => launcher.Client.GetAsync("/health/live"));
    }

    [Fact]
    public async Task Input_EndsWithoutTheSetting_ServiceStays()
    {
        await using var service = await StartedService.StartAsync(TracedSample.Name, [("StopWithParent", "false")]);

        service.CloseInput();
        using var answer = await service.Client.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        service.Kill();
        await service.WaitForExitAsync();
    }
}
