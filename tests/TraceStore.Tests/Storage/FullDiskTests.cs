using System.ComponentModel;
using System.Diagnostics;
using InferenceTracing.TestBed;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace InferenceTracing.TraceStore.Tests.Storage;

/// <summary>Nothing can be written any more: senders are told to come again, the health says why, reading goes on; with room again all is well by itself.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task Export_FileMayNotGrow_IsRefusedUntilItMay()
    {
        await using var store = await RunningStore.StartAsync();
        using var sender = new OtlpSender(store.Grpc, store.Http);
        var writer = store.Services.GetRequiredService<Database>().Writer;

        using var limit = writer.CreateCommand();
        limit.CommandText = "PRAGMA max_page_count = 64";
        limit.ExecuteNonQuery();

        await AssertFullAndReadableAsync(sender, store.Client);

        limit.CommandText = "PRAGMA max_page_count = 100000";
        limit.ExecuteNonQuery();
        await AssertWellAsync(sender, store.Client);
    }

    [Fact]
    public async Task Export_DiskIsFull_IsRefusedUntilThereIsRoom()
    {
        var disk = Directory.CreateTempSubdirectory("store-").FullName;
        Assert.SkipUnless(await CommandAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk), "A disk of four megabytes takes a mount, which is not allowed here.");

        try
        {
            await using var store = await StoreProcess.StartAsync(Path.Combine(disk, "data"));

            await AssertFullAndReadableAsync(store.Sender, store.Client);

            Assert.True(await CommandAsync("mount", "-o", "remount,size=64m", disk));
            await AssertWellAsync(store.Sender, store.Client);
        }
        finally
        {
            await CommandAsync("umount", disk);
            Directory.Delete(disk);
        }
    }

    private static async Task AssertFullAndReadableAsync(OtlpSender sender, HttpClient client)
    {
        var stored = 0;

        while (await SendAsync(sender, Door.Protobuf, stored + 1) is (200, _))
        {
            stored++;
        }

        foreach (var door in Enum.GetValues<Door>().Where(door => door != Door.Json))
        {
            var (status, reason) = await SendAsync(sender, door, 1_000_000);
            Assert.Equal(503, status);
            Assert.Contains("The store cannot write: ", reason, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', reason.TrimEnd('\n'));
        }

        var health = await client.GetStringAsync("/health/ready");
        Assert.Contains("\"status\":\"degraded\"", health, StringComparison.Ordinal);
        Assert.Contains("nothing can be written: ", health, StringComparison.Ordinal);
        Assert.InRange(stored, 1, 1_000);
        await client.GetStringAsync($"/api/traces/{Ids.Trace(stored)}");
        Assert.Contains("\"s\"", await client.GetStringAsync("/api/services"), StringComparison.Ordinal);
    }

    private static async Task AssertWellAsync(OtlpSender sender, HttpClient client)
    {
        Assert.Equal(200, (await SendAsync(sender, Door.Grpc, 2_000_000)).Status);
        Assert.Contains("\"status\":\"healthy\"", await client.GetStringAsync("/health/ready"), StringComparison.Ordinal);
        await client.GetStringAsync($"/api/traces/{Ids.Trace(2_000_000)}");
    }

    private static Task<(int Status, string Reason)> SendAsync(OtlpSender sender, Door door, int trace) => sender.SendAsync(
        OtlpBytes.Request("s", [.. Enumerable.Range(1, 20).Select(span => OtlpBytes.Span(Ids.Trace(trace), Ids.Span(span), tags: ("payload", new string('x', 1_000))))]), door);

    private static async Task<bool> CommandAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            await process.WaitForExitAsync().WaitAsync(Patience.Span);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
