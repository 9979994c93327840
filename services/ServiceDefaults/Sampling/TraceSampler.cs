using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Decides by the trace id alone, so that every service comes to the same decision and no caller can switch a trace off with the flag in
/// its <c>traceparent</c>. The share of traces kept is <c>OTEL_TRACES_SAMPLER_ARG</c> (default 1.0), the same in every service.
/// Sampled is what is asked of a model. Never sampled: what is only looked at (GET and HEAD: health probes, a model's description, pages), OTLP,
/// and client calls that belong to no request (probes, exports, retries).
/// </summary>
internal sealed class TraceIdSampler : Sampler
{
    private static readonly string[] TelemetryPaths = ["/v1/traces", "/v1/metrics", "/v1/logs"];

    private readonly TraceIdRatioBasedSampler _ratio;

    public TraceIdSampler(IConfiguration settings)
    {
        var text = settings["OTEL_TRACES_SAMPLER_ARG"];

        if (!double.TryParse(text ?? "1", NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) || ratio is not (>= 0 and <= 1))
        {
            throw new StartupException($"OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1, not '{text}'.");
        }

        _ratio = new TraceIdRatioBasedSampler(ratio);
    }

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isRoot = parent.TraceId == default;

        if (!isRoot && !parent.IsRemote)
        {
            return new SamplingResult(parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        }

        var dropped = samplingParameters.Kind == ActivityKind.Server ? !AsksAModel(samplingParameters.Tags) : isRoot && samplingParameters.Kind == ActivityKind.Client;

        if (dropped)
        {
            return new SamplingResult(SamplingDecision.Drop);
        }

        return _ratio.ShouldSample(samplingParameters);
    }

    private static bool AsksAModel(IEnumerable<KeyValuePair<string, object?>>? tags)
    {
        string? method = null, path = null;

        foreach (var (key, value) in tags ?? [])
        {
            switch (key)
            {
                case "http.request.method":
                    method = value as string;
                    break;
                case "url.path":
                    path = value as string;
                    break;
            }
        }

        // Routes are matched without regard to case and to a closing slash.
        return method is not ("GET" or "HEAD") && !TelemetryPaths.Contains(path?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase);
    }
}
