using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Tests.Memory;

public sealed class MemoryBudgetTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private readonly MemoryBudget _budget = new(Options.Create(new PreprocessingOptions { MemoryBytes = 64 * Megabyte }), Options.Create(new EdgeOptions()));

    public void Dispose() => _budget.Dispose();

    [Fact]
    public async Task Decoding_MoreThanThereIs_WaitsForItsTurn()
    {
        var first = await _budget.TakeForDecodingAsync(40 * Megabyte, Cancellation);
        var second = _budget.TakeForDecodingAsync(40 * Megabyte, Cancellation).AsTask();
        // The third would fit, but what is asked for first is given first: a large picture is never starved by small ones.
        var third = _budget.TakeForDecodingAsync(Megabyte, Cancellation).AsTask();

        Assert.False(second.IsCompleted || third.IsCompleted);
        first.Dispose();

        Assert.True((await second).IsAcquired && (await third).IsAcquired);
    }

    [Fact]
    public void Decoding_MoreThanThereWillEverBe_IsRefusedAtOnce()
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => { _ = _budget.TakeForDecodingAsync(_budget.DecodeBytes + 1, Cancellation).AsTask(); });

        Assert.Equal((413, ImageRejectedException.TooMuchMemory), (rejected.Status, rejected.Reason));
    }

    [Fact]
    public async Task Decoding_NobodyWaitsAnyMore_LeavesTheLine()
    {
        using var first = await _budget.TakeForDecodingAsync(40 * Megabyte, Cancellation);
        using var gone = new CancellationTokenSource();
        var second = _budget.TakeForDecodingAsync(40 * Megabyte, gone.Token).AsTask();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        using var third = await _budget.TakeForDecodingAsync(Megabyte, Cancellation);
        Assert.True(third.IsAcquired);
    }

    [Fact]
    public void Uploads_LargeOnes_LeaveRoomForSmallOnes()
    {
        List<IDisposable> taken = [];
        var refused = Assert.Throws<InferenceException>(TakeAll);

        Assert.Equal((503, "too_busy"), (refused.Status, refused.Reason));
        _budget.TakeForUpload(Megabyte).Dispose();
        taken.ForEach(lease => lease.Dispose());
        _budget.TakeForUpload(8 * Megabyte).Dispose();

        void TakeAll()
        {
            while (true)
            {
                taken.Add(_budget.TakeForUpload(2 * Megabyte));
            }
        }
    }

    /// <summary>What an upload takes is given back, whichever way it ends.</summary>
    [Theory]
    [InlineData(3 * Megabyte, 8 * Megabyte)]
    [InlineData(3 * Megabyte, 2 * Megabyte)]
    [InlineData(20 * Megabyte, 32 * Megabyte)]
    public async Task Uploads_ReadWholeOrNot_GiveBackWhatTheyTook(int bytes, int limit)
    {
        for (var i = 0; i < 20; i++)
        {
            try
            {
                using var body = await PooledBody.ReadAsync(new MemoryStream(new byte[bytes]), limit, Cancellation, _budget.TakeForUpload);
                Assert.Equal(bytes <= limit ? bytes : null, body?.Memory.Length);
            }
            catch (ImageRejectedException tooLarge)
            {
                Assert.Equal((413, true), (tooLarge.Status, bytes > _budget.UploadBytes / 2));
            }
        }

        _budget.TakeForUpload(8 * Megabyte).Dispose();
    }
}
