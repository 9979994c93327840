using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>Every model is what components/model brings, under its own name; a third one is a folder that names it.</summary>
public sealed class AddedModelTests(RenderedFleet fleet)
{
    private const string Third = "efficientnetlite0";

    private static readonly string[] Kinds = ["ServiceAccount", "Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"];

    [Fact]
    public async Task Rendered_WithAThirdModel_HasAllItNeedsAndNothingElseChanges()
    {
        var before = fleet.Get("overlays/minikube");
        var copy = Directory.CreateTempSubdirectory("manifests-third-");

        try
        {
            Copy(RenderedFleet.Tree, copy.FullName);
            var second = Path.Combine(copy.FullName, "models", "mobilenetv2");
            var third = Path.Combine(copy.FullName, "models", Third);
            Directory.CreateDirectory(third);

            foreach (var file in Directory.GetFiles(second))
            {
                File.WriteAllText(Path.Combine(third, Path.GetFileName(file)), File.ReadAllText(file).Replace("mobilenetv2", Third, StringComparison.Ordinal));
            }

            var list = Path.Combine(copy.FullName, "base", "kustomization.yaml");
            File.WriteAllText(list, File.ReadAllText(list).Replace("  # </models>", $"  - ../models/{Third}\n  # </models>", StringComparison.Ordinal));
            using var renderer = new Renderer((await Kubectl.FindAsync())!, new ManifestTree(copy.FullName));

            var after = await renderer.RenderAsync(new Combination("overlays/minikube", []));

            Assert.Equal(
                Kinds.Select(kind => $"{kind} inference/{Third}").Order(),
                after.Objects.Select(item => item.ToString()).Except(before.Objects.Select(item => item.ToString())).Order());
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static void Copy(ManifestTree tree, string folder)
    {
        foreach (var file in tree.Files)
        {
            var target = Path.Combine(folder, tree.Relative(file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
