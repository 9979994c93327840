using System.Text;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary>
/// The pages: <c>/</c> the traces, <c>/trace/{id}</c> one of them, <c>/system</c> the services; and what links to Jaeger's page lead to:
/// <c>/search</c> shows the traces, <c>/dependencies</c> and <c>/monitor</c> the services. All are one document whose
/// <c>base</c> leads back to the root relatively, so that it works under whatever path a proxy gives it.
/// </summary>
internal static class ViewerEndpoints
{
    // Everything the page needs lies beside it. Styles are set through the object model only, which this allows.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; "
        + "form-action 'self'; frame-ancestors 'none'";

    /// <summary>Headers for every answer, and the files of the viewer.</summary>
    public static void UseViewer(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers["Referrer-Policy"] = "no-referrer";
            return next(context);
        });

        // Revalidated each time, by their ETag: a new build shows at once.
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache" });
    }

    public static void MapViewer(this WebApplication app)
    {
        var document = File.ReadAllText(Path.Combine(app.Environment.WebRootPath, "viewer.html"));
        var top = Page(document, "./");
        var below = Page(document, "../");

        foreach (var path in (string[])["/", "/system", "/search", "/dependencies", "/monitor"])
        {
            app.MapGet(path, () => top);
        }

        app.MapGet("/trace/{id}", (string id) => below);
    }

    private static IResult Page(string document, string root) => Results.Bytes(
        Encoding.UTF8.GetBytes(document.Replace("<base href=\"./\">", $"<base href=\"{root}\">", StringComparison.Ordinal)),
        "text/html; charset=utf-8");
}
