using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Schemas;

/// <summary>Every object is one that an API server with strict validation takes.</summary>
internal sealed class SchemaCheck : IManifestCheck
{
    public string Name => "schema";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        // Whether there are schemas is the test's business; without them nothing can be said.
        if (SchemaStore.Shared is not { } store)
        {
            return [];
        }

        return Duplicates(manifests).Concat(manifests.Objects.SelectMany(item => Check(item, store)));
    }

    private static IEnumerable<Finding> Check(Manifest item, SchemaStore store) => store.Find(item) is var (schema, file)
        ? new SchemaValidator(file).Validate(item.Root, schema).Select(problem => new Finding(item.ToString(), problem)).Distinct()
        : [new Finding(item.ToString(), $"no schema for {item.ApiVersion} {item.Kind}")];

    private static IEnumerable<Finding> Duplicates(RenderedManifests manifests) => manifests.Objects
        .GroupBy(item => $"{item.Group}/{item}")
        .Where(group => group.Count() > 1)
        .Select(group => new Finding(group.First().ToString(), $"is there {group.Count()} times"));
}
