using System.Globalization;
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

    private const int Form = 1;

    // "TrSt": tells our file from anybody else's database (sqlite.org/fileformat.html, offset 68).
    private const int ApplicationId = 0x54725374;
    private const int PageBytes = 8_192;
    private const int WriterCacheKib = 8_192;
    private const int ReaderCacheKib = 2_048;
    private const int CheckpointBytes = 16 << 20;
    private const int LogBytesKept = 32 << 20;

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
            Writer = OpenWriter();
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
        var connection = Open(SqliteOpenMode.ReadOnly);
        Execute(connection, $"PRAGMA cache_size = -{ReaderCacheKib}; PRAGMA query_only = 1; PRAGMA temp_store = MEMORY;");
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

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql) => long.Parse(Text(connection, sql), CultureInfo.InvariantCulture);

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
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

    private SqliteConnection OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWriteCreate);

        try
        {
            CheckForm(connection);
            Execute(connection, $"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = {(_durability switch { Durability.Full => "FULL", Durability.Normal => "NORMAL", _ => "OFF" })};
                PRAGMA cache_size = -{WriterCacheKib};
                PRAGMA wal_autocheckpoint = {CheckpointBytes / PageBytes};
                PRAGMA temp_store = MEMORY;
                PRAGMA journal_size_limit = {LogBytesKept};
                """);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Mode = mode, Pooling = false }.ToString());

        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void CheckForm(SqliteConnection connection)
    {
        var application = Number(connection, "PRAGMA application_id");

        // Reading the schema is what tells a database from any other file.
        if (Number(connection, "SELECT count(*) FROM sqlite_schema") == 0 && application is 0)
        {
            using var schema = typeof(Database).Assembly.GetManifestResourceStream("Schema.sql")!;
            using var reader = new StreamReader(schema);
            Execute(connection, $"PRAGMA page_size = {PageBytes}; PRAGMA auto_vacuum = INCREMENTAL;");
            Execute(connection, $"BEGIN; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Form}; {reader.ReadToEnd()} COMMIT;");
            return;
        }

        if (application != ApplicationId)
        {
            throw new StartupException($"{File} is a database of another program; give another Store:Folder.");
        }

        if (Number(connection, "PRAGMA user_version") is var form and not Form)
        {
            throw new StartupException($"{File} has form {form}, this build reads form {Form}; give another Store:Folder or the build that wrote it.");
        }

        // Better no store than one that finds out page by page, and hands what it cannot read to nobody.
        if (Text(connection, "PRAGMA quick_check(1)") is var found and not "ok")
        {
            throw new StartupException($"{File} is damaged: {found.ReplaceLineEndings(" ")}; give another Store:Folder, or save what is left with sqlite3's .recover.");
        }
    }
}
