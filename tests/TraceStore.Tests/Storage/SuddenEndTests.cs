using System.Collections.Concurrent;
using System.Globalization;
using InferenceTracing.TestBed;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Tests.Storage;

/// <summary>The process is killed while several senders export, again and again over the same folder.</summary>
public sealed class SuddenEndTests : IDisposable
{
    private const int Senders = 4;
    private const int MostSpans = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("store-").FullName;
    private readonly ConcurrentDictionary<string, int> _acknowledged = new();
    private int _traces;

    /// <summary>The environment variable STORE_KILLS has more of them.</summary>
    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("STORE_KILLS") ?? "5", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Kill_AtAnyMoment_LosesNothingThatWasAcknowledged()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);

        for (var kill = 1; kill <= Kills; kill++)
        {
            await KillWhileSendingAsync(kill, TimeSpan.FromMilliseconds(random.Next(400)));
        }

        // The last start needs no hand either.
        await using var store = await StoreProcess.StartAsync(_folder);
        await using var file = StoreProcess.Open(_folder);
        var stored = Spans(file);
        Assert.Equal("ok", Scalar(file, "PRAGMA integrity_check"));
        Assert.DoesNotContain(_acknowledged, trace => stored.GetValueOrDefault(trace.Key) != trace.Value);
        Assert.NotEmpty(_acknowledged);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Kills} kills (seed {seed}): {_acknowledged.Count} exports with {_acknowledged.Values.Sum()} spans acknowledged, {stored.Values.Sum()} stored.");
    }

    /// <summary>Where traces leave all the time, what is there is whole.</summary>
    [Fact]
    public async Task Kill_WhileTracesLeave_LeavesWholeTraces()
    {
        for (var kill = 1; kill <= Math.Max(2, Kills / 5); kill++)
        {
            await KillWhileSendingAsync(kill, TimeSpan.FromMilliseconds(300 + (100 * (kill % 7))), ("Store:MaxBytes", "1048576"));
        }

        await using var file = StoreProcess.Open(_folder, SqliteOpenMode.ReadWrite);
        var stored = Spans(file);
        Assert.Equal("ok", Scalar(file, "PRAGMA integrity_check"));
        Assert.Equal(Scalar(file, "SELECT count(*) FROM span"), Scalar(file, "SELECT sum(spans) FROM trace"));
        Assert.DoesNotContain(_acknowledged, trace => stored.TryGetValue(trace.Key, out var spans) && spans != trace.Value);
        Assert.InRange(stored.Count, 1, _acknowledged.Count - 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task KillWhileSendingAsync(int kill, TimeSpan after, params (string, string)[] settings)
    {
        await using var store = await StoreProcess.StartAsync(_folder, settings);
        var sending = Enumerable.Range(0, Senders).Select(sender => SendAsync(store.Sender, (Door)(sender % 2), sender)).ToArray();

        // A process that has just started takes its time for the first export: some are killed in it, most while exports come and go.
        if (kill % 4 > 0)
        {
            var before = _acknowledged.Count;
            await Patience.UntilAsync(() => Task.FromResult(_acknowledged.Count), count => count > before);
        }

        await Task.Delay(after);
        await store.KillAsync();
        await Task.WhenAll(sending);
    }

    /// <summary>Each export is a trace of its own; until the connection breaks.</summary>
    private async Task SendAsync(OtlpSender sender, Door door, int number)
    {
        var random = new Random(number);

        try
        {
            while (true)
            {
                var (trace, spans) = (Ids.Trace(Interlocked.Increment(ref _traces)), random.Next(1, MostSpans + 1));
                var message = OtlpBytes.Request($"sender-{number}", [.. Enumerable.Range(1, spans).Select(span =>
                    OtlpBytes.Span(trace, Ids.Span(span), name: $"work {span}", tags: ("payload", new string('x', random.Next(300)))))]);

                if (await sender.SendAsync(message, door) is (200, _))
                {
                    _acknowledged[trace] = spans;
                }
            }
        }
        catch (HttpRequestException)
        {
            // Killed.
        }
        catch (IOException)
        {
            // Killed in the middle of an answer.
        }
    }

    private static Dictionary<string, int> Spans(SqliteConnection file)
    {
        using var command = file.CreateCommand();
        command.CommandText = "SELECT trace_id, count(*) FROM spans GROUP BY trace_id";
        using var rows = command.ExecuteReader();
        var spans = new Dictionary<string, int>();

        while (rows.Read())
        {
            spans.Add(rows.GetString(0), rows.GetInt32(1));
        }

        return spans;
    }

    private static string Scalar(SqliteConnection file, string sql)
    {
        using var command = file.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}
