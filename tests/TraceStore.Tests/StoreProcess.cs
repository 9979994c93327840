using System.Globalization;
using InferenceTracing.TestBed;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Tests;

/// <summary>The trace store as one starts it: a process of its own on free loopback ports, over a folder that outlives it.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    private readonly StartedService _service;

    private StoreProcess(StartedService service)
    {
        _service = service;
        Sender = new OtlpSender(service.Addresses[1], service.Addresses[2]);
    }

    public HttpClient Client => _service.Client;

    public OtlpSender Sender { get; }

    public Uri OtlpHttp => _service.Addresses[2];

    /// <summary>The most memory that it has had, in bytes; Linux tells.</summary>
    public long PeakBytes =>
        long.Parse(File.ReadLines($"/proc/{_service.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;

    public static async Task<StoreProcess> StartAsync(string folder, params (string Key, string Value)[] settings) =>
        new(await StartedService.StartAsync("TraceStore", Settings(folder, settings)));

    /// <summary>For a folder that it must refuse; returns when it has ended.</summary>
    public static Task<StartedService> RunAsync(string folder) => StartedService.RunAsync("TraceStore", Settings(folder, []));

    /// <summary>The file, for anybody to read, also while the process runs.</summary>
    public static SqliteConnection Open(string folder, SqliteOpenMode mode = SqliteOpenMode.ReadOnly)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, Database.FileName), Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>The process ends at once: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _service.Kill();
        await _service.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        await _service.DisposeAsync();
    }

    private static IEnumerable<(string, string)> Settings(string folder, (string, string)[] settings) =>
    [
        ("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0"),
        ("Kestrel:Endpoints:OtlpGrpc:Url", "http://127.0.0.1:0"),
        ("Kestrel:Endpoints:OtlpHttp:Url", "http://127.0.0.1:0"),
        ("Store:Folder", folder),
        .. settings,
    ];
}
