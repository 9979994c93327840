using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks;

/// <summary>One thing that all manifests must get right.</summary>
internal interface IManifestCheck
{
    /// <summary>Also the folder of its broken examples.</summary>
    string Name { get; }

    IEnumerable<Finding> Check(RenderedManifests manifests);
}
