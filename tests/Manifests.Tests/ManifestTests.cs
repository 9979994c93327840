using InferenceTracing.Manifests.Tests.Checks;
using InferenceTracing.Manifests.Tests.Checks.Schemas;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>Every check on every overlay and on every combination of components that k8s/README.md names.</summary>
public sealed class ManifestTests(RenderedFleet fleet)
{
    public static TheoryData<string> Combinations => [.. Combination.Of(RenderedFleet.Tree).Select(combination => combination.Name)];

    public static TheoryData<string, string> Cases => new(
        from combination in Combination.Of(RenderedFleet.Tree)
        from check in AllChecks.OfObjects
        where check is not SchemaCheck
        select (combination.Name, check.Name));

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Render_EveryCombination_GivesObjects(string combination) => Assert.NotEmpty(fleet.Get(combination).Objects);

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Schema_EveryCombination_IsValid(string combination)
    {
        Assert.SkipWhen(SchemaStore.Shared is null, "There are no schemas beside the checkout (../shared/k8s).");

        Nothing(new SchemaCheck().Check(fleet.Get(combination)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Check_EveryCombination_FindsNothing(string combination, string check) =>
        Nothing(AllChecks.Named(check).Check(fleet.Get(combination)));

    [Fact]
    public void Readme_Tree_NamesWhatIsThere() =>
        Nothing(AllChecks.OfTree.SelectMany(check => check.Check(new RenderedManifests("k8s", RenderedFleet.Tree, []))));

    private static void Nothing(IEnumerable<Finding> findings)
    {
        var said = findings.Select(finding => finding.ToString()).ToList();

        Assert.True(said.Count == 0, $"{said.Count} findings:\n{string.Join("\n", said)}");
    }
}
