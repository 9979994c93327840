using InferenceTracing.Manifests.Tests.Checks;
using InferenceTracing.Manifests.Tests.Checks.Schemas;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>The checks themselves: silent where nothing is wrong, and each saying exactly what is wrong where one thing is.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> BrokenNames => [.. BrokenExample.Names];

    public static TheoryData<string> CheckNames => [.. AllChecks.OfObjects.Concat(AllChecks.OfTree).Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(CheckNames))]
    public void Check_GoodExample_FindsNothing(string check)
    {
        SkipWithoutSchemas(check);
        var good = new RenderedManifests("good", GoodExample.Tree, [.. GoodExample.Objects().Select(root => new Manifest(root))]);

        Assert.Equal([], AllChecks.Named(check).Check(good).Select(finding => finding.ToString()));
    }

    [Theory]
    [MemberData(nameof(BrokenNames))]
    public void Check_BrokenExample_FindsExactlyWhatIsBroken(string name)
    {
        using var broken = BrokenExample.Load(name);
        SkipWithoutSchemas(broken.Check);

        var findings = AllChecks.Named(broken.Check).Check(broken.Manifests);

        Assert.Equal([broken.Expected], findings.Select(finding => finding.ToString()));
    }

    [Theory]
    [MemberData(nameof(CheckNames))]
    public void Check_Any_HasBrokenExamples(string check) =>
        Assert.Contains(BrokenExample.Names, name => name.StartsWith(check + "/", StringComparison.Ordinal));

    private static void SkipWithoutSchemas(string check) =>
        Assert.SkipWhen(check == "schema" && SchemaStore.Shared is null, "There are no schemas beside the checkout (../shared/k8s).");
}
