using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using InferenceTracing.LoadGenerator.Scenarios;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace InferenceTracing.LoadGenerator.Traces;

/// <summary>
/// The load generator's own spans: one client span for each request, the root of its trace. They are made only where they are exported
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>); a root that nobody stores would leave every trace without its beginning.
/// </summary>
internal sealed class LoadTelemetry : IDisposable
{
    /// <summary>Its <c>service.name</c>.</summary>
    public const string ServiceName = "loadgen";

    /// <summary>Its <c>service.version</c>.</summary>
    public static string Version { get; } = typeof(LoadTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private const int FlushMilliseconds = 10_000;

    private static readonly ActivitySource Source = new("InferenceTracing.LoadGenerator");

    private readonly OpenTelemetrySdk? _sdk;

    private LoadTelemetry(OpenTelemetrySdk? sdk) => _sdk = sdk;

    /// <summary>True when spans are made and exported.</summary>
    public bool Exports => _sdk is not null;

    /// <exception cref="UsageException">The sampling share is none.</exception>
    public static LoadTelemetry Start()
    {
        if (!IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") && !IsSet("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
        {
            return new LoadTelemetry(null);
        }

        var share = Environment.GetEnvironmentVariable("OTEL_TRACES_SAMPLER_ARG") is { Length: > 0 } text ? QuantityText.Share(text) : 1;

        return new LoadTelemetry(OpenTelemetrySdk.Create(builder => builder
            .ConfigureResource(resource => resource
                .AddService(ServiceName, serviceVersion: Version)
                .AddAttributes([new("deployment.environment.name", "edge")])
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddSource(Source.Name)
                // By the trace id, as every service decides.
                .SetSampler(new TraceIdRatioBasedSampler(share)))
            .UseOtlpExporter()));
    }

    /// <summary>The root span of a request; null where none are made.</summary>
    public static Activity? StartRequest(Uri target, string device, int bodyBytes, TimeSpan late)
    {
        var route = target.AbsolutePath.TrimEnd('/');
        var span = Source.StartActivity($"POST {route}", ActivityKind.Client);

        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("http.request.method", "POST");
            span.SetTag("url.template", route);
            span.SetTag("url.full", target.GetLeftPart(UriPartial.Path));
            span.SetTag("server.address", target.Host);
            span.SetTag("server.port", target.Port);
            span.SetTag("http.request.body.size", bodyBytes);
            span.SetTag("device.id", device);
            span.SetTag("loadgen.late_ms", Math.Round(late.TotalMilliseconds, 3));
        }

        return span;
    }

    /// <summary>The answer is there, whatever it says.</summary>
    public static void EndRequest(Activity? span, HttpResponseMessage answer, string? error)
    {
        span?.SetTag("http.response.status_code", (int)answer.StatusCode);

        if (error is not null)
        {
            FailRequest(span, ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>There is no good answer.</summary>
    public static void FailRequest(Activity? span, string error) => span?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);

    /// <summary>Sends what is still here, so that the traces can be read back.</summary>
    public void Flush() => _sdk?.TracerProvider.ForceFlush(FlushMilliseconds);

    public void Dispose() => _sdk?.Dispose();

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
