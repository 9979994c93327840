using System.Diagnostics;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// What a call says of itself in the trace. HttpClient knows addresses and no routes, so it calls each span by its method alone; the calls of the system all
/// go to models, and their route and the model that is asked can be read from the address.
/// </summary>
internal static class ClientSpanName
{
    private const string Models = "/v2/models/";
    private const string Versions = "/versions/";
    private const string Infer = "/infer";
    private const string GrpcInfer = "/inference.GRPCInferenceService/ModelInfer";

    public static void Give(Activity span, HttpRequestMessage request)
    {
        var path = request.RequestUri is { IsAbsoluteUri: true } address ? address.AbsolutePath : "";

        if (path.EndsWith(GrpcInfer, StringComparison.Ordinal))
        {
            span.DisplayName = GrpcInfer[1..];
            span.SetTag("url.template", GrpcInfer);
            return;
        }

        var models = path.IndexOf(Models, StringComparison.Ordinal);

        if (models < 0 || path.Length < models + Models.Length + Infer.Length || !path.EndsWith(Infer, StringComparison.Ordinal))
        {
            return;
        }

        var asked = path[(models + Models.Length)..^Infer.Length];
        var version = asked.IndexOf(Versions, StringComparison.Ordinal);
        var template = version < 0 ? "/v2/models/{model}/infer" : "/v2/models/{model}/versions/{version}/infer";
        span.DisplayName = $"{request.Method} {template}";
        span.SetTag("url.template", template);
        span.SetTag("inference.model.name", Uri.UnescapeDataString(version < 0 ? asked : asked[..version]));
    }
}
