using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;

[assembly: AssemblyFixture(typeof(InferenceTracing.ModelServer.Tests.UntrainedRepository))]

namespace InferenceTracing.ModelServer.Tests;

/// <summary>A model repository with a drawn MobileNetV2, and that network loaded: real runs of a few milliseconds.</summary>
public sealed class UntrainedRepository : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("models-").FullName;

    internal string Folder => _folder;

    internal ServedModel Served { get; private set; } = null!;

    internal Network Network { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var store = new ModelStore(new ModelSearchPath([_folder]), mayDownload: false);
        Served = await store.OpenAsync("mobilenetv2", new Progress<ModelProgress>(), CancellationToken.None);
        Network = Network.Load(Served, threads: 1);
        Network.WarmUp(CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        Network.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
