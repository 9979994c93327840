using System.ComponentModel;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.TestBed;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>A disk that takes no more: answers are told at once that they are not kept, what is there is still read, and with room again all is well by itself.</summary>
public sealed class FullOutboxDiskTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeepAsync_FileMayNotGrow_IsRefusedUntilItMay()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-").FullName;

        try
        {
            await using var outbox = await RunningOutbox.StartAsync(folder);
            using var limit = outbox.Part<OutboxFile>().Writer.CreateCommand();
            limit.CommandText = "PRAGMA max_page_count = 128";
            limit.ExecuteNonQuery();

            await AssertFullAndReadableAsync(outbox);

            limit.CommandText = "PRAGMA max_page_count = 100000";
            limit.ExecuteNonQuery();
            await AssertWellAsync(outbox);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task KeepAsync_DiskIsFull_IsRefusedUntilThereIsRoom()
    {
        var disk = Directory.CreateTempSubdirectory("outbox-").FullName;
        Assert.SkipUnless(await CommandAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk), "A disk of two megabytes takes a mount, which is not allowed here.");

        try
        {
            await using var outbox = await RunningOutbox.StartAsync(Path.Combine(disk, "edge"));

            await AssertFullAndReadableAsync(outbox);

            Assert.True(await CommandAsync("mount", "-o", "remount,size=32m", disk));
            await AssertWellAsync(outbox);
        }
        finally
        {
            await CommandAsync("umount", disk);
            Directory.Delete(disk);
        }
    }

    private static async Task AssertFullAndReadableAsync(RunningOutbox outbox)
    {
        using var photograph = Photograph.Of(7);
        var first = await outbox.KeepAsync(5, 7);

        // Each refusal is an answer that was given all the same.
        for (var refused = 0; refused < 3; refused += await outbox.Store.KeepAsync(photograph, RunningOutbox.Entry(6), Cancellation) ? 0 : 1)
        {
            Assert.InRange(outbox.Store.Counts.Pending, 1, 100);
        }

        Assert.Equal(3, (await outbox.UntilAsync(counts => counts.DroppedDisk >= 3)).DroppedDisk);
        Assert.Equal("pending", outbox.Reader.Find(first)!.State);
        Assert.StartsWith("The outbox keeps no answer until this is mended: ", Assert.Single(outbox.Log.Outbox), StringComparison.Ordinal);
    }

    private static async Task AssertWellAsync(RunningOutbox outbox)
    {
        var pending = outbox.Store.Counts.Pending;

        await outbox.KeepAsync(5, 7);

        Assert.Equal((pending + 1, 3L), (outbox.Store.Counts.Pending, outbox.Store.Counts.DroppedDisk));
        Assert.Equal("The outbox keeps answers again", outbox.Log.Outbox[^1]);
        Assert.Equal(2, outbox.Log.Outbox.Count);
    }

    private static async Task<bool> CommandAsync(string command, params string[] arguments)
    {
        try
        {
            return (await CommandRun.OfAsync(command, arguments)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
