using System.Globalization;
using InferenceTracing.Benchmarks.Native;
using InferenceTracing.Imaging;
using InferenceTracing.Photos;
using InferenceTracing.Runner;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>What the benchmarks share: photographs, models, the native work, and running systems, each started when it is first asked for.</summary>
internal sealed class Bench : IAsyncDisposable
{
    // Until the runtime has compiled what is called often a second time, better; without it the first pairs measure the compiler.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, SystemUnderTest> _systems = [];
    private readonly Dictionary<ImageCodec, NativeWork> _native = [];

    private Bench(Effort effort, IReadOnlyList<Photograph> photos, ModelChoice models)
    {
        Effort = effort;
        Photos = photos;
        Models = models;
    }

    public Effort Effort { get; }

    public IReadOnlyList<Photograph> Photos { get; }

    public ModelChoice Models { get; }

    public static async Task<Bench> PrepareAsync(Effort effort, CancellationToken cancellationToken) =>
        new(effort, PhotoFolder.Read(null), await ModelChoice.PrepareAsync(cancellationToken));

    /// <summary>The photographs' native work in this process, with the codec that is the default.</summary>
    public Task<NativeWork> NativeAsync(CancellationToken cancellationToken) => NativeAsync(new ImageOptions().Codec, cancellationToken);

    /// <summary>The photographs' native work in this process.</summary>
    public async Task<NativeWork> NativeAsync(ImageCodec codec, CancellationToken cancellationToken)
    {
        if (!_native.TryGetValue(codec, out var native))
        {
            _native.Add(codec, native = await NativeWork.LoadAsync(Models.Names, Photos, codec, cancellationToken));
        }

        return native;
    }

    /// <summary>The system as everybody starts it.</summary>
    public Task<SystemUnderTest> SystemAsync(CancellationToken cancellationToken) =>
        SystemAsync("usual", traced: true, new Dictionary<string, string>(), cancellationToken);

    /// <summary>The same with this codec at the edge.</summary>
    public Task<SystemUnderTest> SystemAsync(ImageCodec codec, CancellationToken cancellationToken) => codec == new ImageOptions().Codec
        ? SystemAsync(cancellationToken)
        : SystemAsync($"{codec}", traced: true, new Dictionary<string, string> { ["Images__Codec"] = $"{codec}" }, cancellationToken);

    /// <summary>All services as processes, with these settings for each of them over the usual ones.</summary>
    /// <param name="name">The same name is the same system.</param>
    /// <param name="traced">False: without a single span.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <param name="warm">Loaded for a while before it is handed out.</param>
    public async Task<SystemUnderTest> SystemAsync(
        string name, bool traced, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken, bool warm = true)
    {
        if (!_systems.TryGetValue(name, out var system))
        {
            _systems.Add(name, system = await SystemUnderTest.StartAsync(Models, traced, settings, cancellationToken));

            if (warm)
            {
                await system.ClosedAsync(4 * Environment.ProcessorCount, WarmUp, Photos, cancellationToken);
            }
        }

        return system;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var system in _systems.Values)
        {
            await system.DisposeAsync();
        }

        foreach (var native in _native.Values)
        {
            native.Dispose();
        }
    }
}
