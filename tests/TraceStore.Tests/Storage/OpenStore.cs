using System.Diagnostics.Metrics;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Tests.Storage;

/// <summary>The store alone, without its doors; in a temporary file that goes with it, unless a folder is given.</summary>
internal sealed class OpenStore : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SpanWriter _writer;
    private readonly SpanReaders _readers;

    public OpenStore(StoreOptions? options = null, TimeProvider? time = null)
    {
        var limits = Options.Create(options ?? new StoreOptions { Durability = Durability.Memory });
        Database = new Database(limits);
        var words = new Words(Database);
        Metrics = new StoreMetrics(_services.GetRequiredService<IMeterFactory>());
        _writer = new SpanWriter(Database, words, limits, Metrics, time ?? TimeProvider.System, NullLogger<SpanStore>.Instance);
        _readers = new SpanReaders(Database, words);
        Store = new SpanStore(_writer, _readers, words, Metrics, time ?? TimeProvider.System, limits);
    }

    public Database Database { get; }

    public StoreMetrics Metrics { get; }

    public SpanStore Store { get; }

    public Task<int> AddAsync(params Span[] spans) => Store.AddAsync(spans);

    public Task<Trace?> FindAsync(int trace) => Store.FindAsync(new TraceId(0, (ulong)trace), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _readers.Dispose();
        Database.Dispose();
        await _services.DisposeAsync();
    }
}
