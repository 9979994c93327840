using System.Globalization;
using InferenceTracing.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.Databases;

/// <summary>
/// A SQLite database in write-ahead mode (sqlite.org/wal.html) that one process of ours writes: made if need be, and refused in one line where it is damaged, somebody
/// else's or of another form.
/// </summary>
public static class DatabaseFile
{
    /// <summary>A connection to the file.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteConnection Open(string path, SqliteOpenMode mode, bool pooling = false)
    {
        var connection = new SqliteConnection(Address(path, mode, pooling));

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

    /// <summary>The one connection that writes: the file is looked at, or made, and <paramref name="pragmas"/> are set on the connection.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="StartupException">It is damaged, of another program, or of another form.</exception>
    public static SqliteConnection OpenWriter(string path, SqliteOpenMode mode, DatabaseForm form, string pragmas)
    {
        ArgumentNullException.ThrowIfNull(form);
        var connection = Open(path, mode);

        try
        {
            CheckForm(connection, path, form);
            Execute(connection, $"PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY; {pragmas}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of what <see cref="Open"/> pooled.</summary>
    public static void ClearPool(string path, SqliteOpenMode mode)
    {
        using var readers = new SqliteConnection(Address(path, mode, pooling: true));
        SqliteConnection.ClearPool(readers);
    }

    /// <summary>Runs statements that answer nothing.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="sql">Our own text, with nothing of a caller's in it.</param>
    public static void Execute(SqliteConnection connection, string sql)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Address(string path, SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = pooling }.ToString();

    private static long Number(SqliteConnection connection, string sql) => long.Parse(Text(connection, sql), CultureInfo.InvariantCulture);

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }

    private static void CheckForm(SqliteConnection connection, string path, DatabaseForm form)
    {
        var application = Number(connection, "PRAGMA application_id");

        // Reading the schema is what tells a database from any other file.
        if (Number(connection, "SELECT count(*) FROM sqlite_schema") == 0 && application is 0)
        {
            Execute(connection, $"PRAGMA page_size = {form.PageBytes}; PRAGMA auto_vacuum = INCREMENTAL;");
            Execute(connection, $"BEGIN; PRAGMA application_id = {form.ApplicationId}; PRAGMA user_version = {form.Number}; {form.ReadSchema()} COMMIT;");
            return;
        }

        if (application != form.ApplicationId)
        {
            throw new StartupException($"{path} is a database of another program; give another {form.Setting}.");
        }

        if (Number(connection, "PRAGMA user_version") is var number && number != form.Number)
        {
            throw new StartupException($"{path} has form {number}, this build reads form {form.Number}; give another {form.Setting} or the build that wrote it.");
        }

        if (Text(connection, $"PRAGMA quick_check({form.Checked})") is var found and not "ok")
        {
            throw new StartupException($"{path} is damaged: {found.ReplaceLineEndings(" ")}; give another {form.Setting}, or save what is left with sqlite3's .recover.");
        }
    }
}

/// <summary>What a file of ours is known by.</summary>
/// <param name="Setting">The setting that says where it lies, for whoever has to give another.</param>
/// <param name="ApplicationId">Tells it from anybody else's database (sqlite.org/fileformat.html, offset 68).</param>
/// <param name="Number">Of its form; another build may have another.</param>
/// <param name="PageBytes">Of a new file.</param>
/// <param name="ReadSchema">The statements that make a new one.</param>
/// <param name="Checked">What <c>quick_check</c> looks at: a number of faults to stop at, or a table.</param>
public sealed record DatabaseForm(string Setting, int ApplicationId, int Number, int PageBytes, Func<string> ReadSchema, string Checked)
{
    /// <summary>A schema that is a resource of the program <paramref name="owner"/> belongs to.</summary>
    public static Func<string> Schema(Type owner, string resource) => () =>
    {
        ArgumentNullException.ThrowIfNull(owner);
        using var stream = owner.Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    };
}
