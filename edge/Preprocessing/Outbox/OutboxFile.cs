using System.Globalization;
using InferenceTracing.ServiceDefaults;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// The file: one SQLite database in write-ahead mode (sqlite.org/wal.html), which this process alone writes, and its user alone may read. What is committed outlives
/// a process that is killed; a machine that loses its power may lose the last seconds. Opening it makes it if need be, and refuses what it does not know in one line.
/// </summary>
internal sealed class OutboxFile : IDisposable
{
    /// <summary>The file's name within <see cref="EdgeOptions.Folder"/>.</summary>
    public const string FileName = "outbox.db";

    private const int Form = 1;

    // "OutB": tells our file from anybody else's database (sqlite.org/fileformat.html, offset 68).
    private const int ApplicationId = 0x4F757442;
    private const int PageBytes = 8_192;
    private const int CacheKib = 4_096;

    // The writer moves the log into the file before it is as long, at a moment when no answer waits.
    private const int CheckpointBytes = 16 << 20;
    private const int LogBytesKept = 32 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder;
    private readonly FileStream _lock;

    /// <exception cref="StartupException">The folder cannot be written, another process has the file, or the file is damaged or of a newer form.</exception>
    public OutboxFile(IOptions<EdgeOptions> options)
    {
        _folder = Path.GetFullPath(options.Value.Folder);
        _lock = Lock();

        try
        {
            // Made by us and not by SQLite, whose file everybody could read; its log and its index get the file's mode.
            OpenOwn(FilePath, FileShare.ReadWrite).Dispose();
            Writer = OpenWriter();
        }
        catch (Exception unusable)
        {
            _lock.Dispose();

            if (unusable is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw new StartupException($"{FilePath} cannot be used: {unusable.Message}", unusable);
            }

            throw;
        }
    }

    /// <summary>The one connection that writes; its owner is the writer.</summary>
    public SqliteConnection Writer { get; }

    /// <summary>Where it lies.</summary>
    public string FilePath => Path.Combine(_folder, FileName);

    /// <summary>A connection for one reader, which disposes it; it goes back to a pool.</summary>
    public SqliteConnection OpenReader() => Open(SqliteOpenMode.ReadOnly, pooling: true);

    public void Dispose()
    {
        using (var readers = new SqliteConnection(Address(SqliteOpenMode.ReadOnly, pooling: true)))
        {
            SqliteConnection.ClearPool(readers);
        }

        Writer.Dispose();
        _lock.Dispose();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }

    private static long Number(SqliteConnection connection, string sql) => long.Parse(Text(connection, sql), CultureInfo.InvariantCulture);

    private static FileStream OpenOwn(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };

        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>Two writers would judge every answer twice: the second one is told.</summary>
    private FileStream Lock()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(_folder);
            }
            else
            {
                Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.UserExecute);
            }

            return OpenOwn(FilePath + ".lock", FileShare.None);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Edge:Folder {_folder} cannot be used: {refused.Message}", refused);
        }
    }

    private SqliteConnection OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWrite, pooling: false);

        try
        {
            CheckForm(connection);
            Execute(connection, $"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = NORMAL;
                PRAGMA foreign_keys = ON;
                PRAGMA cache_size = -{CacheKib};
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

    private SqliteConnection Open(SqliteOpenMode mode, bool pooling)
    {
        var connection = new SqliteConnection(Address(mode, pooling));

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

    private string Address(SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder { DataSource = FilePath, Mode = mode, Pooling = pooling }.ToString();

    private void CheckForm(SqliteConnection connection)
    {
        var application = Number(connection, "PRAGMA application_id");

        // Reading the schema is what tells a database from any other file.
        if (Number(connection, "SELECT count(*) FROM sqlite_schema") == 0 && application is 0)
        {
            using var schema = typeof(OutboxFile).Assembly.GetManifestResourceStream("OutboxSchema.sql")!;
            using var reader = new StreamReader(schema);
            Execute(connection, $"PRAGMA page_size = {PageBytes}; PRAGMA auto_vacuum = INCREMENTAL;");
            Execute(connection, $"BEGIN; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Form}; {reader.ReadToEnd()} COMMIT;");
            return;
        }

        if (application != ApplicationId)
        {
            throw new StartupException($"{FilePath} is a database of another program; give another Edge:Folder.");
        }

        if (Number(connection, "PRAGMA user_version") is var form and not Form)
        {
            throw new StartupException($"{FilePath} has form {form}, this build reads form {Form}; give another Edge:Folder or the build that wrote it.");
        }

        // The answers only: reading a full outbox's pixels would keep the edge from answering meanwhile, and damage there costs the one photograph.
        if (Text(connection, "PRAGMA quick_check('answer')") is var found and not "ok")
        {
            throw new StartupException($"{FilePath} is damaged: {found.ReplaceLineEndings(" ")}; give another Edge:Folder, or save what is left with sqlite3's .recover.");
        }
    }
}
