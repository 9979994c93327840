using System.Diagnostics;
using System.Reflection;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>The one source of our own spans, and the one way to mark a failed one. docs/telemetry.md lists what it emits.</summary>
public static class Telemetry
{
    /// <summary>Name of the source and of the meter.</summary>
    public const string Name = "InferenceTracing";

    /// <summary>The build's version: <c>service.version</c>.</summary>
    public static string Version { get; } =
        typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Starts spans.</summary>
    public static ActivitySource Source { get; } = new(Name, Version);

    /// <summary>Marks <paramref name="span"/> as failed.</summary>
    /// <param name="span">The span; null where nobody listens.</param>
    /// <param name="errorType">Low-cardinality reason: the attribute <c>error.type</c>.</param>
    /// <param name="description">One line for the reader of the trace.</param>
    public static void Fail(Activity? span, string errorType, string? description = null)
    {
        span?.SetTag("error.type", errorType);
        span?.SetStatus(ActivityStatusCode.Error, description);
    }
}
