using InferenceTracing.TraceStore.Storage;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Tests.Storage;

/// <summary>What the store must not write to: it says so in one line, and leaves every byte as it was.</summary>
public sealed class RefusedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-").FullName;

    private string FilePath => Path.Combine(_folder, Database.FileName);

    [Fact]
    public async Task Start_FileOfANewerForm_IsRefused()
    {
        await WriteTracesAsync();
        Execute("PRAGMA user_version = 2");

        await AssertRefusedAsync("has form 2, this build reads form 1");
    }

    [Theory]
    [InlineData("CREATE TABLE photograph (id INTEGER PRIMARY KEY)")]
    [InlineData("PRAGMA application_id = 7")]
    public async Task Start_FileOfAnotherProgram_IsRefused(string made)
    {
        Execute(made);

        await AssertRefusedAsync("is a database of another program");
    }

    [Fact]
    public async Task Start_NoDatabaseAtAll_IsRefused()
    {
        var bytes = new byte[20_000];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(FilePath, bytes, TestContext.Current.CancellationToken);

        await AssertRefusedAsync("file is not a database");
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(0.75)]
    public async Task Start_DamagedPage_IsRefused(double where)
    {
        await WriteTracesAsync();

        await using (var file = File.OpenWrite(FilePath))
        {
            var page = new byte[8_192];
            Array.Fill(page, (byte)0xa5);
            file.Position = (long)(file.Length / page.Length * where) * page.Length;
            await file.WriteAsync(page, TestContext.Current.CancellationToken);
        }

        await AssertRefusedAsync("is damaged", "malformed");
    }

    [Fact]
    public async Task Start_SecondOnTheSameFolder_IsRefusedAndTheFirstGoesOn()
    {
        await using var first = await StoreProcess.StartAsync(_folder);

        await AssertRefusedAsync("being used by another process");

        Assert.Equal(200, (await first.Sender.SendAsync(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))), Door.Grpc)).Status);
    }

    [Theory]
    [InlineData("/proc/traces")]
    [InlineData("/dev/null/traces")]
    public async Task Start_FolderThatCannotBeWritten_IsRefused(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Folders that not even root can write are Linux's.");

        await using var refused = await StoreProcess.RunAsync(folder);

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith($"tracestore: Store:Folder {folder} cannot be used: ", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task AssertRefusedAsync(params string[] reasons)
    {
        var before = await ReadAsync();

        await using var refused = await StoreProcess.RunAsync(_folder);

        var line = Assert.Single(refused.Errors);
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("tracestore: ", line, StringComparison.Ordinal);
        Assert.Contains(reasons, reason => line.Contains(reason, StringComparison.Ordinal));
        Assert.Equal(before, await ReadAsync());
    }

    // Beside a store that runs.
    private async Task<byte[]> ReadAsync()
    {
        await using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }

    private async Task WriteTracesAsync()
    {
        await using var store = new OpenStore(new StoreOptions { Folder = _folder });

        for (var trace = 1; trace <= 500; trace++)
        {
            await store.AddAsync([.. Enumerable.Range(1, 10).Select(span => Spans.Create(trace, span, name: $"work {span}"))]);
        }
    }

    private void Execute(string sql)
    {
        using var connection = StoreProcess.Open(_folder, SqliteOpenMode.ReadWriteCreate);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
