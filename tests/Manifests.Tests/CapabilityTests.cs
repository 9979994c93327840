using InferenceTracing.Manifests.Tests.Checks.Pods;
using InferenceTracing.Manifests.Tests.Checks.Telemetry;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>What the overlays are for: each brings the parts that it is named after, and none of those it stands in for.</summary>
public sealed class CapabilityTests(RenderedFleet fleet)
{
    public static TheoryData<string> OverlaysOfMinikube =>
        [.. RenderedFleet.Tree.Overlays.Where(overlay => overlay != "overlays/production")];

    [Theory]
    [InlineData("overlays/minikube", "Deployment inference/gateway")]
    [InlineData("overlays/minikube", "HorizontalPodAutoscaler inference/efficientnetb0")]
    [InlineData("overlays/minikube", "PodDisruptionBudget inference/mobilenetv2")]
    [InlineData("overlays/minikube", "StatefulSet observability/collector")]
    [InlineData("overlays/minikube", "Deployment observability/jaeger-collector")]
    [InlineData("overlays/minikube", "Deployment observability/jaeger-query")]
    [InlineData("overlays/minikube", "StatefulSet observability/elasticsearch")]
    [InlineData("overlays/minikube", "CronJob observability/jaeger-retention")]
    [InlineData("overlays/minikube", "CronJob observability/jaeger-dependencies")]
    [InlineData("overlays/minikube", "ResourceQuota inference/quota")]
    [InlineData("overlays/minikube", "LimitRange observability/limits")]
    [InlineData("overlays/minikube", "Ingress observability/otlp-grpc")]
    [InlineData("overlays/memory", "Deployment observability/jaeger")]
    [InlineData("overlays/badger", "StatefulSet observability/jaeger")]
    [InlineData("overlays/cassandra", "StatefulSet observability/cassandra")]
    [InlineData("overlays/cassandra", "CronJob observability/jaeger-dependencies")]
    [InlineData("overlays/kafka", "StatefulSet observability/kafka")]
    [InlineData("overlays/kafka", "Deployment observability/jaeger-ingester")]
    [InlineData("overlays/mlflow", "Deployment observability/mlflow")]
    [InlineData("overlays/mlflow", "Job observability/mlflow-experiment")]
    [InlineData("overlays/mlflow", "StatefulSet observability/postgres")]
    [InlineData("overlays/gateway-api", "GRPCRoute observability/otlp-grpc")]
    [InlineData("overlays/metallb", "IPAddressPool metallb-system/inference-tracing")]
    [InlineData("overlays/operator", "OpenTelemetryCollector observability/jaeger-collector")]
    [InlineData("overlays/operator-memory", "OpenTelemetryCollector observability/all-in-one")]
    [InlineData("overlays/operator-kafka", "OpenTelemetryCollector observability/jaeger-ingester")]
    [InlineData("overlays/tail-sampling", "StatefulSet observability/collector-sampler")]
    [InlineData("overlays/production", "Elasticsearch observability/elasticsearch")]
    [InlineData("overlays/production", "Cluster observability/postgres")]
    [InlineData("overlays/production", "Kafka observability/kafka")]
    [InlineData("overlays/production", "StatefulSet observability/collector-sampler")]
    [InlineData("overlays/production", "HorizontalPodAutoscaler observability/collector")]
    [InlineData("overlays/production", "HorizontalPodAutoscaler observability/jaeger-ingester")]
    public void Overlay_Brings_ThePart(string overlay, string part) =>
        Assert.Contains(part, fleet.Get(overlay).Objects.Select(item => item.ToString()));

    [Theory]
    [InlineData("overlays/memory", "StatefulSet observability/elasticsearch")]
    [InlineData("overlays/cassandra", "StatefulSet observability/elasticsearch")]
    [InlineData("overlays/gateway-api", "Ingress inference/inference")]
    [InlineData("overlays/nginx-legacy", "Deployment ingress/traefik")]
    [InlineData("overlays/operator", "StatefulSet observability/collector")]
    [InlineData("overlays/operator-memory", "Deployment observability/jaeger")]
    [InlineData("overlays/operator-kafka", "Deployment observability/jaeger-ingester")]
    [InlineData("overlays/production", "StatefulSet observability/elasticsearch")]
    public void Overlay_Lacks_WhatItStandsInFor(string overlay, string part) =>
        Assert.DoesNotContain(part, fleet.Get(overlay).Objects.Select(item => item.ToString()));

    [Theory]
    [InlineData("overlays/minikube")]
    [InlineData("overlays/mlflow")]
    [InlineData("overlays/operator")]
    [InlineData("overlays/operator-memory")]
    public void Collector_WithoutSamplers_HoldsNoTraceInMemory(string overlay) =>
        Assert.DoesNotContain(ConfigFiles.Of(fleet.Get(overlay)), config => config.Has("processors", "tail_sampling"));

    [Theory]
    [InlineData("deployment")]
    [InlineData("daemonset")]
    [InlineData("sidecar")]
    public void Operator_HasTheMode(string mode) =>
        Assert.Contains(mode, fleet.Get("overlays/operator").OfKind("OpenTelemetryCollector").Select(item => item.Spec.Text("mode")));

    // k8s/up starts four cores; Kubernetes itself, Calico and a job ask for 1.3 of them.
    [Theory]
    [MemberData(nameof(OverlaysOfMinikube))]
    public void Overlay_OfMinikube_FitsItsFourCores(string overlay)
    {
        var manifests = fleet.Get(overlay);
        var requested = manifests.Cluster.Workloads.Where(pod => pod.RunsForever).Sum(pod => Least(pod, manifests) * Cores(pod));

        Assert.InRange(requested, 0.1m, 2.7m);
    }

    private static decimal Cores(Workload pod) => pod.Containers.Where(container => !container.IsInit)
        .Sum(container => Quantity.Parse(container.Node.Text("resources", "requests", "cpu")) ?? 0);

    // What an autoscaler starts from, not what it may grow to.
    private static int Least(Workload pod, RenderedManifests manifests) => manifests.OfKind("HorizontalPodAutoscaler")
        .FirstOrDefault(scaler => scaler.Namespace == pod.Namespace && scaler.Spec.Text("scaleTargetRef", "name") == pod.Owner.Name)
        ?.Spec.Int("minReplicas") ?? pod.Replicas;

    [Fact]
    public void Trusted_EveryEntry_IsUsedSomewhere()
    {
        var used = Combination.Of(RenderedFleet.Tree).Select(combination => fleet.Get(combination.Name))
            .SelectMany(manifests => manifests.Objects).SelectMany(item => item.Root.Scalars().Select(scalar => scalar.Value)).ToHashSet();
        var trusted = new[] { "secrets", "configMaps" }.SelectMany(kind => RenderedFleet.Tree.Trusted.Items(kind))
            .Select(entry => entry.Text("name")!.Split('/')[^1]);

        Assert.Subset(used, trusted.ToHashSet());
    }
}
