using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(InferenceTracing.Manifests.Tests.Rendering.RenderedFleet))]

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>Every combination, rendered once for all tests.</summary>
public sealed class RenderedFleet : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, RenderedManifests> _rendered = [];

    private readonly ConcurrentDictionary<string, string> _refused = [];

    private bool _kubectlFound;

    internal static ManifestTree Tree { get; } = new(Locations.Manifests);

    public async ValueTask InitializeAsync()
    {
        if (await Kubectl.FindAsync() is not { } kubectl)
        {
            return;
        }

        _kubectlFound = true;
        using var renderer = new Renderer(kubectl, Tree);
        await Parallel.ForEachAsync(Combination.Of(Tree), async (combination, _) =>
        {
            try
            {
                _rendered[combination.Name] = await renderer.RenderAsync(combination);
            }
            catch (Exception refusal) when (refusal is InvalidOperationException or YamlDotNet.Core.YamlException)
            {
                _refused[combination.Name] = refusal.Message;
            }
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Fails the test where the combination does not render; skips it where there is no kubectl, which on CI is a failure too.
    /// </summary>
    internal RenderedManifests Get(string name)
    {
        const string Missing = "There is no kubectl (1.27 or newer) on the path or in artifacts/tools: "
            + "run tests/Manifests.Tests/get-kubectl.sh.";
        if (!_kubectlFound)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", Missing);
            Assert.Skip(Missing);
        }

        Assert.False(_refused.TryGetValue(name, out var refusal), refusal);
        return _rendered[name];
    }
}
