using InferenceTracing.Databases;
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

    private const int PageBytes = 8_192;
    private const int CacheKib = 4_096;

    // The writer moves the log into the file before it is as long, at a moment when no answer waits.
    private const int CheckpointBytes = 16 << 20;
    private const int LogBytesKept = 32 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // "OutB". Checked are the answers only: reading a full outbox's pixels would keep the edge from answering meanwhile, and damage there costs the one photograph.
    private static readonly DatabaseForm Form = new(
        "Edge:Folder", ApplicationId: 0x4F757442, Number: 1, PageBytes, DatabaseForm.Schema(typeof(OutboxFile), "OutboxSchema.sql"), Checked: "'answer'");

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
            Writer = DatabaseFile.OpenWriter(
                FilePath,
                SqliteOpenMode.ReadWrite,
                Form,
                $"PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{CacheKib}; PRAGMA wal_autocheckpoint = {CheckpointBytes / PageBytes}; PRAGMA journal_size_limit = {LogBytesKept};");
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
    public SqliteConnection OpenReader() => DatabaseFile.Open(FilePath, SqliteOpenMode.ReadOnly, pooling: true);

    public void Dispose()
    {
        DatabaseFile.ClearPool(FilePath, SqliteOpenMode.ReadOnly);
        Writer.Dispose();
        _lock.Dispose();
    }

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
}
