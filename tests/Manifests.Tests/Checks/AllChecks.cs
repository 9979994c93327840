using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Checks.Pods;
using InferenceTracing.Manifests.Tests.Checks.References;
using InferenceTracing.Manifests.Tests.Checks.Schemas;
using InferenceTracing.Manifests.Tests.Checks.Telemetry;
using InferenceTracing.Manifests.Tests.Checks.Tree;

namespace InferenceTracing.Manifests.Tests.Checks;

/// <summary>The checks by name.</summary>
internal static class AllChecks
{
    /// <summary>Those that look at rendered objects.</summary>
    public static IReadOnlyList<IManifestCheck> OfObjects { get; } =
    [
        new SchemaCheck(), new NamingCheck(), new VariableCheck(), new VolumeCheck(), new ImageVolumeCheck(), new ProductionCheck(),
        new ScriptCheck(),
        new ServiceCheck(), new RouteCheck(), new PodReferenceCheck(), new TargetCheck(), new AddressCheck(), new GrpcRouteCheck(),
        new GatewayApiCheck(), new OrderCheck(),
        new ImageCheck(), new PodSecurityCheck(), new TokenCheck(), new ResourceCheck(), new QuotaCheck(), new ProbeCheck(),
        new NetworkCheck(), new OpennessCheck(),
        new PipelineCheck(), new ComponentCheck(), new EndpointCheck(), new ListenCheck(), new FileCheck(), new EnvironmentCheck(),
        new SamplingCheck(), new QueueCheck(), new TraceStorageCheck(), new StorageJobCheck(), new JaegerCheck(), new MlflowCheck(),
        new SecretCheck(),
    ];

    /// <summary>Those that look at the folder alone.</summary>
    public static IReadOnlyList<IManifestCheck> OfTree { get; } = [new ReadmeCheck(), new TrustCheck()];

    public static IManifestCheck Named(string name) => OfObjects.Concat(OfTree).Single(check => check.Name == name);
}
