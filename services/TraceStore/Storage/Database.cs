using InferenceTracing.Databases;
using InferenceTracing.ServiceDefaults;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using SQLitePCL;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The file: one SQLite database in write-ahead mode (sqlite.org/wal.html), which this process alone writes and anybody may read, with
/// <c>sqlite3 traces.db</c> for example. Opening it makes it if need be, and refuses what it does not know in one line.
/// </summary>
internal sealed class Database : IDisposable
{
    /// <summary>The file's name within its folder.</summary>
    public const string FileName = "traces.db";

    private const int PageBytes = 8_192;
    private const int WriterCacheKib = 8_192;
    private const int ReaderCacheKib = 2_048;
    private const int CheckpointBytes = 16 << 20;
    private const int LogBytesKept = 32 << 20;

    // "TrSt". Better no store than one that finds out page by page, and hands what it cannot read to nobody.
    private static readonly DatabaseForm Form = new(
        "Store:Folder", ApplicationId: 0x54725374, Number: 1, PageBytes, DatabaseForm.Schema(typeof(Database), "Schema.sql"), Checked: "1");

    private readonly Durability _durability;
    private readonly string _folder;
    private readonly FileStream _lock;

    /// <exception cref="StartupException">The folder cannot be written, another process has the file, or the file is damaged or of a newer form.</exception>
    public Database(IOptions<StoreOptions> options)
    {
        _durability = options.Value.Durability;
        _folder = _durability == Durability.Memory ? VanishingFolder.Create() : Path.GetFullPath(options.Value.Folder);
        _lock = Lock();

        try
        {
            Writer = DatabaseFile.OpenWriter(
                File,
                SqliteOpenMode.ReadWriteCreate,
                Form,
                $"PRAGMA synchronous = {(_durability switch { Durability.Full => "FULL", Durability.Normal => "NORMAL", _ => "OFF" })}; PRAGMA cache_size = -{WriterCacheKib}; PRAGMA wal_autocheckpoint = {CheckpointBytes / PageBytes}; PRAGMA journal_size_limit = {LogBytesKept};");
        }
        catch (SqliteException unusable)
        {
            _lock.Dispose();
            throw new StartupException($"{File} cannot be used: {unusable.Message}", unusable);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The one connection that writes; its owner is the writer.</summary>
    public SqliteConnection Writer { get; }

    /// <summary>Where it lies.</summary>
    public string File => Path.Combine(_folder, FileName);

    /// <summary>A connection for one reader at a time.</summary>
    public SqliteConnection OpenReader()
    {
        var connection = DatabaseFile.Open(File, SqliteOpenMode.ReadOnly);
        DatabaseFile.Execute(connection, $"PRAGMA cache_size = -{ReaderCacheKib}; PRAGMA query_only = 1; PRAGMA temp_store = MEMORY;");
        return connection;
    }

    public void Dispose()
    {
        Writer.Dispose();
        _lock.Dispose();

        if (_durability == Durability.Memory)
        {
            VanishingFolder.Delete(_folder);
        }
    }

    /// <summary>Two writers would number traces twice: the second one is told.</summary>
    private FileStream Lock()
    {
        try
        {
            Directory.CreateDirectory(_folder);
            return new FileStream(Path.Combine(_folder, FileName + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Store:Folder {_folder} cannot be used: {refused.Message}", refused);
        }
    }
}
