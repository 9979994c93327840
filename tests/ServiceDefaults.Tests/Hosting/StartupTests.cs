using System.Net;
using System.Net.Sockets;
using InferenceTracing.TestBed;

namespace InferenceTracing.ServiceDefaults.Tests.Hosting;

/// <summary>What an operator reads when a service does not start: one line, and no stack trace anywhere.</summary>
public sealed class StartupTests
{
    [Fact]
    public async Task Start_PortTaken_NamesIt()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;

        await using var service = await StartedService.RunAsync(TracedSample.Name, [("URLS", $"http://127.0.0.1:{port}")]);

        AssertRefused(service, $":{port}");
    }

    [Theory]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "2", "OTEL_TRACES_SAMPLER_ARG")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("Sample:Limit", "99", "Sample:Limit")]
    [InlineData("Sample:Limit", "many", "Sample:Limit")]
    [InlineData("Sample:Colour", "blue", "Sample:Colour")]
    [InlineData("Sample:Color", "red", "Color")]
    [InlineData("StopWithParent", "perhaps", "StopWithParent")]
    [InlineData("URLS", "nonsense", "nonsense")]
    [InlineData("URLS", "http://192.0.2.1:5000", "listen")]
    public async Task Start_SettingInvalid_NamesIt(string setting, string value, string named)
    {
        await using var service = await StartedService.RunAsync(TracedSample.Name, [(setting, value)]);

        AssertRefused(service, named);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon", "OTEL_EXPORTER_OTLP_PROTOCOL")]
    [InlineData("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "disk", "DISK_RETRY_DIRECTORY_PATH")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.crt", "/nowhere/ca.crt")]
    public async Task Start_ExporterSettingInvalid_NamesIt(string setting, string value, string named)
    {
        await using var service = await StartedService.RunAsync(
            TracedSample.Name, [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317"), (setting, value)]);

        AssertRefused(service, named);
    }

    [Fact]
    public async Task Start_TwoSettingsInvalid_NamesBothInOneLine()
    {
        await using var service = await StartedService.RunAsync(TracedSample.Name, [("Sample:Limit", "99"), ("Sample:Colour", "blue")]);

        AssertRefused(service, "Sample:Limit");
        AssertRefused(service, "Sample:Colour");
    }

    [Fact]
    public async Task Start_AskedToStopAtOnce_EndsWithoutAFault()
    {
        await using var service = await StartedService.RunAsync("/bin/sh", [], "-c", $"'{Path.Combine(AppContext.BaseDirectory, TracedSample.Name)}' < /dev/null");

        Assert.Equal(0, service.ExitCode);
        Assert.Empty(service.Errors);
    }

    private static void AssertRefused(StartedService service, string named)
    {
        Assert.Equal(1, service.ExitCode);
        var line = Assert.Single(service.Errors);
        Assert.StartsWith("sample: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain(service.Output.Concat(service.Errors), said => said.Contains("   at ", StringComparison.Ordinal));
    }
}
