using InferenceTracing.OpenInference.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace InferenceTracing.OpenInference.Server;

/// <summary>The model that a path names.</summary>
internal static class ModelRoute
{
    public const string Model = "/v2/models/{model}";

    public const string Version = Model + "/versions/{version}";

    /// <exception cref="InferenceException">404: it is not the one served here.</exception>
    public static IInferenceModel Resolve(HttpContext context)
    {
        var served = context.RequestServices.GetRequiredService<IInferenceModel>();
        var (name, version) = (context.GetRouteValue("model") as string, context.GetRouteValue("version") as string);

        if (name != served.Metadata.Name)
        {
            throw Refusal.NotFound($"The model served here is '{served.Metadata.Name}'.");
        }

        return version is null || version == served.Metadata.Version
            ? served
            : throw Refusal.NotFound($"The version served here is '{served.Metadata.Version}'.");
    }
}
