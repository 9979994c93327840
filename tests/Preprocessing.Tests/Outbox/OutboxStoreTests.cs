using System.Text.Json;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.TestBed;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>What is kept, for how long, and what it costs.</summary>
public sealed class OutboxStoreTests : IDisposable
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("outbox-").FullName;

    [Fact]
    public async Task KeepAsync_Answer_IsReadBackWithItsPixels()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);
        var entry = RunningOutbox.Entry(5);
        using var photograph = Photograph.Of(7);

        Assert.True(await outbox.Store.KeepAsync(photograph, entry, Cancellation));

        var pending = outbox.Reader.Next(after: 0)!;
        using var pixels = PixelTensor.Rent(1);
        Assert.True(outbox.Reader.TryReadPixels(pending.Number, pixels.Span));
        Assert.True(photograph.Span.SequenceEqual(pixels.Span));
        Assert.Equal((entry.Request.TraceId, entry.Request.SpanId, "thing 5", 5), (pending.Request.TraceId, pending.Request.SpanId, pending.Label, pending.Class));
        var answer = outbox.Reader.Find(entry.Request.TraceId.ToHexString())!;
        Assert.Equal(("provisional", "pending", "cluster_unreachable", "thing 5", 0.5f, 2, null), (
            answer.Kind, answer.State, answer.First.Why, answer.First.Label, answer.First.Probability, answer.First.Top.Count, answer.Final));
        Assert.Equal((1L, (long)PixelTensor.BytesPerImage), (outbox.Store.Counts.Pending, outbox.Store.Counts.Bytes));
    }

    [Fact]
    public async Task KeepAsync_ManyAtOnce_AllAreKept()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);

        var kept = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => outbox.KeepAsync(number, number)));

        Assert.Equal(40, outbox.Store.Counts.Pending);
        Assert.All(kept, (trace, number) => Assert.Equal(number, outbox.Reader.Find(trace)!.First.Class));
    }

    [Fact]
    public async Task KeepAsync_TraceIsThere_TheFirstStays()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);
        var entry = RunningOutbox.Entry(5);
        using var photograph = Photograph.Of(7);
        Assert.True(await outbox.Store.KeepAsync(photograph, entry, Cancellation));

        Assert.False(await outbox.Store.KeepAsync(photograph, entry with { Top = RunningOutbox.Entry(6).Top }, Cancellation));

        Assert.Equal(5, outbox.Reader.Find(entry.Request.TraceId.ToHexString())!.First.Class);
        Assert.Equal(1, outbox.Store.Counts.Rows);
    }

    [Fact]
    public async Task KeepAsync_NoTrace_CannotBeNamedAndIsNotKept()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);
        using var photograph = Photograph.Of(7);

        Assert.False(await outbox.Store.KeepAsync(photograph, RunningOutbox.Entry(5) with { Request = default }, Cancellation));

        Assert.Equal(0, outbox.Store.Counts.Rows);
    }

    [Fact]
    public async Task KeepAsync_MoreThanItsBytes_TheOldestGoUnjudged()
    {
        // Room for six.
        await using var outbox = await RunningOutbox.StartAsync(_folder, settings: ("Edge:OutboxBytes", $"{1 << 20}"));
        var traces = new List<string>();

        for (var number = 0; number < 8; number++)
        {
            traces.Add(await outbox.KeepAsync(number, number));
        }

        Assert.Equal((6L, 8L, 2L), (outbox.Store.Counts.Pending, outbox.Store.Counts.Rows, outbox.Store.Counts.DroppedFull));
        Assert.Equal(["expired", "expired", "pending", "pending", "pending", "pending", "pending", "pending"], traces.Select(trace => outbox.Reader.Find(trace)!.State));
        Assert.Equal(2, outbox.Reader.Next(after: 0)!.Class);
        Assert.InRange(outbox.Store.Counts.Bytes, 1, 1 << 20);
    }

    [Fact]
    public async Task KeepAsync_OlderThanItsAge_Leaves()
    {
        var clock = new SteppedClock();
        await using var outbox = await RunningOutbox.StartAsync(_folder, clock: clock, settings: ("Edge:OutboxAge", "1.00:00:00"));
        using var photograph = Photograph.Of(7);
        var old = RunningOutbox.Entry(5, answered: clock.GetUtcNow());
        Assert.True(await outbox.Store.KeepAsync(photograph, old, Cancellation));
        clock.Advance(TimeSpan.FromHours(23));
        var young = RunningOutbox.Entry(6, answered: clock.GetUtcNow());
        Assert.True(await outbox.Store.KeepAsync(photograph, young, Cancellation));

        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, (await outbox.UntilAsync(counts => counts.Rows == 1)).DroppedAge);
        Assert.Null(outbox.Reader.Find(old.Request.TraceId.ToHexString()));
        Assert.Equal("pending", outbox.Reader.Find(young.Request.TraceId.ToHexString())!.State);
        Assert.Equal(6, outbox.Reader.Next(after: 0)!.Class);
    }

    [Fact]
    public async Task Counts_AfterARestart_AreWhatTheyWere()
    {
        OutboxCounts before;

        await using (var outbox = await RunningOutbox.StartAsync(_folder, settings: ("Edge:OutboxBytes", $"{1 << 20}")))
        {
            for (var number = 0; number < 8; number++)
            {
                await outbox.KeepAsync(number, number);
            }

            before = outbox.Store.Counts;
        }

        await using var again = await RunningOutbox.StartAsync(_folder);

        Assert.Equal(before, again.Store.Counts);
    }

    /// <summary>What a process that is killed leaves is what it has written, whatever is still in its memory: the file and its log, copied from under it.</summary>
    [Fact]
    public async Task KeepAsync_KilledRightAfter_IsThere()
    {
        var left = Directory.CreateTempSubdirectory("outbox-killed-").FullName;

        try
        {
            await using var outbox = await RunningOutbox.StartAsync(_folder);
            string[] traces = [await outbox.KeepAsync(5, 7), await outbox.KeepAsync(6, 8)];
            await CopyAsync(_folder, left);

            await using var next = await RunningOutbox.StartAsync(left);

            Assert.Equal(2, next.Store.Counts.Pending);
            Assert.All(traces, trace => Assert.Equal("pending", next.Reader.Find(trace)!.State));
            using var pixels = PixelTensor.Rent(1);
            Assert.True(next.Reader.TryReadPixels(next.Reader.Next(after: 0)!.Number, pixels.Span));
            using var expected = Photograph.Of(7);
            Assert.True(expected.Span.SequenceEqual(pixels.Span));
        }
        finally
        {
            Directory.Delete(left, recursive: true);
        }
    }

    [Fact]
    public async Task Folder_MadeByTheEdge_IsItsOwners()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var folder = Path.Combine(_folder, "edge");
        await using var outbox = await RunningOutbox.StartAsync(folder);
        await outbox.KeepAsync(5, 7);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        var files = Directory.GetFiles(folder);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));

        foreach (var file in files)
        {
            Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
        }
    }

    /// <summary>The line in docs/edge.md.</summary>
    [Fact]
    public async Task File_WithoutTheEdge_IsReadBySqlite()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);
        await outbox.KeepAsync(5, 7);
        using var file = outbox.Part<OutboxFile>().OpenReader();
        using var command = file.CreateCommand();
        command.CommandText = DocumentedQuery();
        using var rows = command.ExecuteReader();

        Assert.True(rows.Read());
        Assert.Equal("thing 5", rows["label"]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static async Task CopyAsync(string from, string to) => Assert.Equal(0, (await CommandRun.OfAsync(
        "cp", [Path.Combine(from, OutboxFile.FileName), Path.Combine(from, OutboxFile.FileName + "-wal"), to])).ExitCode);

    private static string DocumentedQuery()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(Path.Combine(folder.FullName, "InferenceTracing.sln")))
        {
            folder = folder.Parent!;
        }

        var line = File.ReadLines(Path.Combine(folder.FullName, "docs", "edge.md")).Single(line => line.StartsWith("sqlite3 -readonly", StringComparison.Ordinal));
        return line.Split('"')[1];
    }
}
