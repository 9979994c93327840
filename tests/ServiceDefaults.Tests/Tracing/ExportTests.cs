using System.Diagnostics;
using InferenceTracing.ServiceDefaults.Tracing;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace InferenceTracing.ServiceDefaults.Tests.Tracing;

public sealed class ExportTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("otlp-retry-").FullName;
    private OtlpCollector _collector = null!;

    public async ValueTask InitializeAsync() => _collector = await OtlpCollector.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The exporter's sender of stored spans runs outside of its own suppression, so its calls would be traced and exported in turn.</summary>
    [Theory]
    [InlineData("disk", "http/protobuf")]
    [InlineData("disk", "grpc")]
    [InlineData("in_memory", "http/protobuf")]
    [InlineData("in_memory", "grpc")]
    public async Task Export_CollectorComesUpLate_ArrivesAndMakesNoSpansOfItsOwn(string retry, string protocol)
    {
        _collector.Available = false;
        await using var service = await StartAsync(
            protocol, ("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", retry), ("OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH", _folder));

        var early = await EchoAsync(service);
        await _collector.RequestsAsync(1);
        _collector.Available = true;

        if (retry == "disk")
        {
            await SendStoredAsync(service);
        }

        Assert.Equal("POST /echo/{name}", (await _collector.SpanAsync(early)).Name);
        await _collector.SpanAsync(await EchoAsync(service));
        Assert.DoesNotContain(_collector.Spans, span => span.Kind == ActivityKind.Client);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.blob", SearchOption.AllDirectories));
    }

    /// <summary>A collector that is killed takes along what it had half received; the service still has it.</summary>
    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Export_ConnectionBreaksUnderWay_IsTriedAgain(string protocol)
    {
        _collector.Breaking = true;
        await using var service = await StartAsync(protocol);

        var trace = await EchoAsync(service);
        await _collector.RequestsAsync(1);
        _collector.Breaking = false;

        Assert.Equal("POST /echo/{name}", (await _collector.SpanAsync(trace)).Name);
        Assert.DoesNotContain(_collector.Spans, span => span.Kind == ActivityKind.Client);
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Export_SecondOne_HasNoSpanOfTheFirst(string protocol)
    {
        await using var service = await StartAsync(protocol);

        await _collector.SpanAsync(await EchoAsync(service));
        await _collector.SpanAsync(await EchoAsync(service));

        Assert.All(_collector.Spans, span => Assert.Equal("POST /echo/{name}", span.Name));
    }

    [Fact]
    public async Task Export_OtherSignalsOff_SendsTracesOnly()
    {
        await using var service = await StartAsync("http/protobuf");

        await EchoAsync(service);
        await service.StopAsync();

        Assert.All(_collector.Paths, path => Assert.Equal("/v1/traces", path));
    }

    [Fact]
    public async Task Export_NothingSaidOfSignals_SendsMetricsAndLogsToo()
    {
        await using var service = await StartedService.StartAsync(
            TracedSample.Name, _collector.Settings().Where(setting => !setting.Key.EndsWith("EXPORTER", StringComparison.Ordinal)));

        await EchoAsync(service);
        await service.StopAsync();

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], _collector.Paths.Distinct().Order());
    }

    [Fact]
    public async Task Log_OfARequest_SaysItsValuesAndItsTrace()
    {
        await using var service = await StartAsync("http/protobuf", ("OTEL_LOGS_EXPORTER", "otlp"));

        using var answer = await service.Client.PostAsync("/fail", null);
        await service.StopAsync();

        var trace = (await _collector.SpanAsync(answer.Headers.GetValues("traceparent").Single().Split('-')[1])).TraceId;
        Assert.Contains(new ExportedLog(trace, "POST /fail failed"), _collector.Logs);
    }

    [Fact]
    public async Task Export_EndpointOfTracesOnly_SendsTraces()
    {
        await using var service = await StartedService.StartAsync(
            TracedSample.Name,
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
                ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", new Uri(_collector.Http, "v1/traces").ToString()),
                ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ]);

        Assert.NotNull(await _collector.SpanAsync(await EchoAsync(service)));
    }

    [Fact]
    public async Task Stop_SpansNotYetSent_SendsThem()
    {
        await using var service = await StartAsync("http/protobuf", ("OTEL_BSP_SCHEDULE_DELAY", "600000"));

        var traceId = await EchoAsync(service);
        await service.StopAsync();

        Assert.Equal(0, service.ExitCode);
        Assert.Contains(_collector.Spans, span => span.TraceId == traceId);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("TRUE")]
    public async Task Sdk_Disabled_ServesWithoutTraces(string disabled)
    {
        await using var service = await StartAsync("http/protobuf", ("OTEL_SDK_DISABLED", disabled));

        await EchoAsync(service);
        await service.StopAsync();

        Assert.Empty(_collector.Paths);
    }

    [Fact]
    public async Task Resource_SetByEnvironment_OverridesTheServicesOwn()
    {
        await using var service = await StartAsync(
            "http/protobuf",
            ("OTEL_SERVICE_NAME", "renamed"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=lab,team=blue"));

        var resource = (await _collector.SpanAsync(await EchoAsync(service))).Resource;

        Assert.Equal("renamed", resource["service.name"]);
        Assert.Equal("lab", resource["deployment.environment.name"]);
        Assert.Equal("blue", resource["team"]);
    }

    [Fact]
    public async Task Resource_EnvironmentSetting_OverridesTheServicesOwn()
    {
        await using var service = await StartAsync("http/protobuf", ("Deployment:Environment", "edge"));

        Assert.Equal("edge", (await _collector.SpanAsync(await EchoAsync(service))).Resource["deployment.environment.name"]);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("http://127.0.0.1:4317", true)]
    public void AddTelemetry_Endpoint_DecidesWhetherThereIsAnExporter(string? endpoint, bool expected)
    {
        var builder = WebApplication.CreateBuilder([]);
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;

        builder.AddTelemetry(new ServiceIdentity("sample", 5099, "edge"));

        Assert.Equal(expected, builder.Services.Any(service => service.ServiceType.GenericTypeArguments.Contains(typeof(OtlpExporterOptions))));
    }

    /// <summary>OpenTelemetry's own start would make one, which then sends an empty message every minute to a receiver that takes no metrics.</summary>
    [Theory]
    [InlineData("none", false)]
    [InlineData(null, true)]
    public async Task AddTelemetry_MetricsExporter_DecidesWhetherThereIsAMeterProvider(string? exporter, bool expected)
    {
        var builder = WebApplication.CreateBuilder([]);
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4317";
        builder.Configuration["OTEL_METRICS_EXPORTER"] = exporter;

        builder.AddTelemetry(new ServiceIdentity("sample", 5099, "edge"));

        await using var app = builder.Build();
        Assert.Equal(expected, app.Services.GetService<MeterProvider>() is not null);
    }

    private Task<StartedService> StartAsync(string protocol, params (string Key, string Value)[] settings) =>
        StartedService.StartAsync(TracedSample.Name, [.. _collector.Settings(protocol), .. settings]);

    private static async Task<string> EchoAsync(StartedService service)
    {
        var traceId = TraceContext.NewTraceId();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/hello");
        request.Headers.Add("traceparent", TraceContext.Parent(traceId));
        using var answer = await service.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return traceId;
    }

    /// <summary>The exporter stores a batch after its attempt has failed, so the first look may come too early.</summary>
    private async Task SendStoredAsync(StartedService service)
    {
        await Patience.UntilAsync(
            () => Task.FromResult(Directory.EnumerateFiles(_folder, "*.blob", SearchOption.AllDirectories).Count()), stored => stored > 0);
        using var answer = await service.Client.PostAsync("/retry-exports", null);
        answer.EnsureSuccessStatusCode();
    }
}
