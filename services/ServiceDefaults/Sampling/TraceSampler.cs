using System.Diagnostics;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Sampling;

/// <summary>
/// Decides once about a trace, where it comes in, and by the current <see cref="SamplingStrategy"/>; whatever is further in follows the flag in its
/// <c>traceparent</c>. So a trace is kept whole or not at all, and no caller from outside can switch one off with that flag.
/// Sampled is what is asked of a model. Never sampled: what is only looked at (GET, HEAD and OPTIONS: health probes, a model's description, pages, a browser's question before a request; the
/// same over gRPC, which posts everything), OTLP, and client calls that belong to no request (probes, exports, retries).
/// </summary>
/// <param name="strategies">What is kept; may change while the process runs.</param>
/// <param name="decides">True where the flag of a caller is not asked: see <see cref="SamplingSettings.Decides"/>.</param>
internal sealed class TraceSampler(ISamplingStrategies strategies, bool decides) : Sampler
{
    private static readonly string[] TelemetryPaths = ["/v1/traces", "/v1/metrics", "/v1/logs"];

    // Of the first of the two services one call asks a model, the others look.
    private const string Inference = "/inference.GRPCInferenceService/", Health = "/grpc.health.v1.Health/", Infer = Inference + "ModelInfer";

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isRoot = parent.TraceId == default;

        if (!isRoot && !parent.IsRemote)
        {
            return new SamplingResult(parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        }

        if (isRoot && samplingParameters.Kind == ActivityKind.Client)
        {
            return new SamplingResult(SamplingDecision.Drop);
        }

        var (method, path) = samplingParameters.Kind == ActivityKind.Server ? Request(samplingParameters.Tags) : ("", samplingParameters.Name);

        if (method is "GET" or "HEAD" or "OPTIONS" || IsLook(path) || TelemetryPaths.Contains(path?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase))
        {
            return new SamplingResult(SamplingDecision.Drop);
        }

        return new SamplingResult(
            isRoot || decides ? strategies.Current.Keeps(samplingParameters.TraceId, method, path) : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
    }

    private static bool IsLook(string? path) => path is not null and not Infer
        && (path.StartsWith(Inference, StringComparison.Ordinal) || path.StartsWith(Health, StringComparison.Ordinal));

    /// <summary>ASP.NET Core names a server span only when its route is known, but says method and path from the start.</summary>
    private static (string? Method, string? Path) Request(IEnumerable<KeyValuePair<string, object?>>? tags)
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

        return (method, path);
    }
}
