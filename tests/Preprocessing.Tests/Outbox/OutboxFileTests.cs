using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>What the outbox must not write to: it says so in one line, and leaves it as it was.</summary>
public sealed class OutboxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("outbox-").FullName;

    private string FilePath => Path.Combine(_folder, OutboxFile.FileName);

    [Fact]
    public async Task Open_FileOfANewerForm_IsRefused()
    {
        await WriteAsync();
        Execute("PRAGMA user_version = 2");

        AssertRefused("has form 2, this build reads form 1");
    }

    [Theory]
    [InlineData("CREATE TABLE photograph (id INTEGER PRIMARY KEY)")]
    [InlineData("PRAGMA application_id = 7")]
    public void Open_FileOfAnotherProgram_IsRefused(string made)
    {
        Execute(made);

        AssertRefused("is a database of another program");
    }

    [Fact]
    public void Open_NoDatabaseAtAll_IsRefused()
    {
        var bytes = new byte[20_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(FilePath, bytes);

        AssertRefused("file is not a database");
    }

    [Fact]
    public async Task Open_DamagedAnswers_IsRefused()
    {
        await WriteAsync();

        using (var look = Connect())
        {
            using var command = look.CreateCommand();
            command.CommandText = "SELECT rootpage FROM sqlite_schema WHERE name = 'answer'";
            var page = (long)command.ExecuteScalar()!;
            using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Position = (page - 1) * 8_192;
            file.Write([.. Enumerable.Repeat((byte)0xa5, 8_192)]);
        }

        AssertRefused("is damaged", "malformed");
    }

    [Fact]
    public async Task Open_SecondOnTheSameFolder_IsRefusedAndTheFirstGoesOn()
    {
        await using var first = await RunningOutbox.StartAsync(_folder);

        var refused = await Assert.ThrowsAsync<StartupException>(() => RunningOutbox.StartAsync(_folder));

        Assert.StartsWith($"Edge:Folder {_folder} cannot be used: ", refused.Message, StringComparison.Ordinal);
        await first.KeepAsync(5, 7);
    }

    [Fact]
    public void Open_FolderThatCannotBeWritten_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Folders that not even root can write are Linux's.");

        var refused = Assert.Throws<StartupException>(() => Open("/proc/outbox"));

        Assert.StartsWith("Edge:Folder /proc/outbox cannot be used: ", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Where the cluster alone answers, and where it never does, nothing is to be judged.</summary>
    [Theory]
    [InlineData("cloud", "mobilenetv2")]
    [InlineData("cloud", "")]
    [InlineData("edge", "mobilenetv2")]
    public async Task Open_NothingToJudge_ThereIsNoFileAndNoEndpoint(string mode, string model)
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder, settings: [("Edge:Mode", mode), ("Edge:Model", model)]);

        using var answer = await outbox.Client.GetAsync("/v1/outbox");

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Open(string folder) => new OutboxFile(Microsoft.Extensions.Options.Options.Create(new EdgeOptions { Folder = folder })).Dispose();

    private void AssertRefused(params string[] reasons)
    {
        var before = File.ReadAllBytes(FilePath);

        var refused = Assert.Throws<StartupException>(() => Open(_folder));

        Assert.Contains(reasons, reason => refused.Message.Contains(reason, StringComparison.Ordinal));
        Assert.StartsWith(FilePath, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    private async Task WriteAsync()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);
        await outbox.KeepAsync(5, 7);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
