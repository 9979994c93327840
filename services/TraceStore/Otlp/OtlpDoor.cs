namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// Marks the connections of the two OTLP ports. Spans come in there and nowhere else: whoever may read traces through a gateway cannot write them, and
/// a Host header, which anybody can write, decides nothing.
/// </summary>
internal sealed class OtlpDoor
{
    private static readonly OtlpDoor Mark = new();

    public static void MarkConnections(WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        foreach (var name in (string[])["OtlpGrpc", "OtlpHttp"])
        {
            kestrel.ConfigurationLoader!.Endpoint(name, endpoint => endpoint.ListenOptions.Use(next => connection =>
            {
                connection.Features.Set(Mark);
                return next(connection);
            }));
        }
    });

    /// <summary>What is answered there.</summary>
    public static void Open(IApplicationBuilder door)
    {
        // The pages' routes were matched already, and are not behind this door.
        door.Use((context, next) =>
        {
            context.SetEndpoint(null);
            return next(context);
        });
        door.UseRouting();
        door.UseEndpoints(routes =>
        {
            routes.MapOtlpHttp();
            routes.MapOtlpGrpc();
        });
    }

    /// <summary>Whether a request came in there.</summary>
    public static bool Leads(HttpContext context) => context.Features.Get<OtlpDoor>() is not null;
}
