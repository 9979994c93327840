namespace InferenceTracing.ServiceDefaults;

/// <summary>Who a service is where its settings say nothing else.</summary>
/// <param name="Name">Its <c>service.name</c>; <c>OTEL_SERVICE_NAME</c> overrides it.</param>
/// <param name="Port">The loopback port it listens on without <c>--urls</c>, <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c>.</param>
/// <param name="Environment">Its <c>deployment.environment.name</c>: <c>edge</c> or <c>cluster</c>; the setting <c>Deployment:Environment</c> overrides it.</param>
/// <param name="Traced">False for a part that stores traces and must not make any.</param>
public sealed record ServiceIdentity(string Name, int Port, string Environment, bool Traced = true);
