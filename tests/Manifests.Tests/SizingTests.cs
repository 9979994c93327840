using System.Globalization;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Sizing;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>k8s/overlays/production is enough for the load that k8s/sizing.yaml states.</summary>
public sealed class SizingTests(RenderedFleet fleet)
{
    private const string Production = "overlays/production";

    private static string File { get; } = Path.Combine(Locations.Manifests, "sizing.yaml");

    [Fact]
    public void Production_ForItsStatedLoad_IsEnough()
    {
        var (sizing, costs) = SizingFile.Read(File);

        Assert.Empty(Lacks(fleet.Get(Production), ClusterSize.Of(sizing, costs)));
    }

    /// <summary>The test above can fail: each kind of figure, for a load that is too much for it.</summary>
    [Theory]
    [InlineData("efficientnet", 100)]
    [InlineData("gateway", 100)]
    [InlineData("Kafka", 1000)]
    [InlineData("shards", 100)]
    [InlineData("disks", 10)]
    public void Production_ForFarMore_SaysWhatItLacks(string what, double times)
    {
        var (sizing, costs) = SizingFile.Read(File);
        var more = sizing with { PhotographsPerSecond = sizing.PhotographsPerSecond * times, Busiest = sizing.Busiest * times };

        Assert.Contains(Lacks(fleet.Get(Production), ClusterSize.Of(more, costs)), lack => lack.Contains(what, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("busiest: 400", "busiest: 5", "busiest")]
    [InlineData("mode: cloud", "mode: cloudy", "cloudy")]
    [InlineData("edges: 10000", "egdes: 10000", "egdes")]
    [InlineData("sampling: 0.1", "sampling: 0.1\nsampling: 0.2", "sampling")]
    public void Read_WhatCannotBeMeant_IsOneLineThatNamesIt(string good, string wrong, string said)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("sizing-").FullName, "sizing.yaml");
        System.IO.File.WriteAllText(path, System.IO.File.ReadAllText(File).Replace(good, wrong, StringComparison.Ordinal));

        var refusal = Assert.Throws<UsageException>(() => SizingFile.Read(path));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Of_Cascade_NeedsTheClusterForTheRest()
    {
        var (sizing, costs) = SizingFile.Read(File);

        var (cloud, cascade) = (ClusterSize.Of(sizing, costs), ClusterSize.Of(sizing with { Mode = "cascade", Kept = 0.5, AuditEvery = 0 }, costs));

        Assert.Equal(cloud.Parts[2].Cores / 2, cascade.Parts[2].Cores, 1e-9);
        Assert.InRange(cascade.GigabytesADay, cloud.GigabytesADay / 2, cloud.GigabytesADay);
    }

    private static IEnumerable<string> Lacks(RenderedManifests production, ClusterSize size)
    {
        var models = production.OfKind("HorizontalPodAutoscaler").Where(scaler => scaler.Labels.GetValueOrDefault("app.kubernetes.io/component") == "model").ToList();

        foreach (var part in size.Parts)
        {
            // A model of the unit costs that the overlay has under another name is held against the smallest of its models.
            var named = production.OfKind("HorizontalPodAutoscaler").Where(scaler => scaler.Name == part.Name).ToList();
            var scaler = named.Count > 0 ? named[0] : models.MinBy(model => model.Spec.Int("maxReplicas"))!;

            if (scaler.Spec.Int("minReplicas") < part.Fewest || scaler.Spec.Int("maxReplicas") < part.Most)
            {
                yield return $"{part.Name}: {scaler.Name} has {scaler.Spec.Int("minReplicas")} to {scaler.Spec.Int("maxReplicas")} replicas, and needs {part.Fewest} to {part.Most}";
            }
        }

        if (production.OfKind("KafkaTopic").Select(topic => topic.Spec.Int("partitions")).Min() < size.Partitions)
        {
            yield return $"Kafka needs {size.Partitions} partitions";
        }

        var shards = production.OfKind("Deployment").SelectMany(deployment => deployment.Root.Objects())
            .Where(variable => variable.Text("name") == "ES_SHARDS").Select(variable => variable.Int("value")).ToList();
        Assert.NotEmpty(shards);

        if (shards.Min() < size.Shards)
        {
            yield return $"Elasticsearch needs {size.Shards} shards";
        }

        // What Elasticsearch leaves free: it moves shards away from a disk that is fuller.
        const double Watermark = 0.85;
        var disks = production.OfKind("Elasticsearch").SelectMany(search => search.Spec.Items("nodeSets"))
            .Sum(nodes => nodes.Int("count") * nodes.Items("volumeClaimTemplates").Sum(claim => Gigabytes(claim.Text("spec", "resources", "requests", "storage")!)));

        if (disks * Watermark < size.Gigabytes)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Elasticsearch's disks have {disks * Watermark:0} GB, and need {size.Gigabytes:0}");
        }
    }

    private static double Gigabytes(string quantity) =>
        double.Parse(quantity.AsSpan().TrimEnd("GiT"), CultureInfo.InvariantCulture) * (quantity.EndsWith("Ti", StringComparison.Ordinal) ? 1099.5 : 1.0737);
}
