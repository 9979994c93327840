using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>What the framework refuses by itself has no body: it gets the one line that every other refusal has.</summary>
internal static class BareRefusal
{
    public static Task SayWhyAsync(StatusCodeContext bare)
    {
        var context = bare.HttpContext;
        var (reason, error) = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("no_route", "There is no such route."),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", $"The route takes {context.Response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported_media_type", "The route does not take this Content-Type."),
            var status => (null, $"The request is refused with {status}."),
        };

        if (reason is not null && context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span && span.GetTagItem("error.type") is null)
        {
            span.SetTag("error.type", reason);
        }

        return context.Response.WriteAsJsonAsync(new { error }, options: null, contentType: "application/json");
    }
}
