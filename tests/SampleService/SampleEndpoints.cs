using System.Diagnostics;
using System.Reflection;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Trace;

namespace InferenceTracing.SampleService;

/// <summary>Every way in which a request can end, and the paths that are not traced.</summary>
internal static class SampleEndpoints
{
    private static readonly HttpClient Outside = new();
    private static readonly SemaphoreSlim Arrived = new(0);

    public static void MapSample(this WebApplication app)
    {
        app.MapPost("/echo/{name}", (string name) => name);
        app.MapPost("/block", (HttpContext context) => context.Features.GetRequiredFeature<IMemoryPoolFeature>().MemoryPool.MaxBufferSize);
        app.MapPost("/status/{code:int}", (int code) => Results.StatusCode(code));
        app.MapPost("/fail", string () => throw new InvalidOperationException("a defect with a secret"));
        app.MapPost("/fail-late", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half an answer");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("too late to say so");
        });
        app.MapPost("/wait", async (HttpContext context) =>
        {
            Arrived.Release();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        app.MapPost("/arrived", () => Arrived.WaitAsync());
        app.MapPost("/wait-late", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half an answer");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        app.MapPost("/read", async (HttpContext context) =>
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = 10;
            await context.Request.Body.CopyToAsync(Stream.Null);
        });
        app.MapPost("/stage", () =>
        {
            using var span = Telemetry.Source.StartActivity("sample.stage");
            return span?.Recorded ?? false;
        });

        // A call of the service's own, in a request's trace or outside of any.
        app.MapPost("/call", async (Uri address, bool outside) =>
        {
            Activity.Current = outside ? null : Activity.Current;
            using var answer = await Outside.GetAsync(address);
            return (int)answer.StatusCode;
        });

        app.MapPost("/mood/{status}", (HealthStatus status, Moods moods) => { moods.Status = status; });
        app.MapPost("/retry-exports", (TracerProvider provider) => RetryStoredExports(provider));

        foreach (var path in (string[])["/v2", "/v2/health/ready", "/v2/models/m", "/v2/models/m/ready"])
        {
            app.MapGet(path, () => "fine");
        }

        app.MapPost("/v2/models/m/infer", () => "fine");
        app.MapPost("/v1/{signal}", () => "fine");
    }

    /// <summary>
    /// The exporter sends again from disk once a minute; the entry its own tests use does so now, on the same thread. There is no public way.
    /// </summary>
    private static bool RetryStoredExports(TracerProvider provider)
    {
        var processor = Value(provider, "Processor");
        var batch = processor.GetType().Name.StartsWith("Composite", StringComparison.Ordinal) ? Value(Value(processor, "Head"), "Value") : processor;
        var handler = Value(Value(batch, "exporter"), "transmissionHandler");
        var retry = handler.GetType().GetMethod("InitiateAndWaitForRetryProcess", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return (bool)retry.Invoke(handler, [10_000])!;
    }

    private static object Value(object owner, string member)
    {
        for (var type = owner.GetType(); type is not null; type = type.BaseType)
        {
            const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

            if (type.GetField(member, Any)?.GetValue(owner) is { } field)
            {
                return field;
            }

            if (type.GetProperty(member, Any)?.GetValue(owner) is { } property)
            {
                return property;
            }
        }

        throw new MissingMemberException(owner.GetType().FullName, member);
    }
}
