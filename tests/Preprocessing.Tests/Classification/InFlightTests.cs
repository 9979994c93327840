using System.Diagnostics;
using InferenceTracing.Preprocessing.Classification;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Tests.Classification;

public sealed class InFlightTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnterAsync_HouseFull_IsNotAcquired()
    {
        using var house = House(most: 1, queue: 0);
        using var first = await house.EnterAsync(Cancellation);

        using var second = await house.EnterAsync(Cancellation);

        Assert.True(first.IsAcquired);
        Assert.False(second.IsAcquired);
    }

    [Fact]
    public async Task EnterAsync_PlaceInTheQueue_WaitsForTheFirstToLeave()
    {
        using var house = House(most: 1, queue: 1);
        var first = await house.EnterAsync(Cancellation);

        var second = house.EnterAsync(Cancellation).AsTask();
        using var third = await house.EnterAsync(Cancellation);

        Assert.False(second.IsCompleted);
        Assert.False(third.IsAcquired);
        first.Dispose();
        using var place = await second;
        Assert.True(place.IsAcquired);
    }

    [Fact]
    public async Task EnterAsync_HadToWait_SaysHowLongOnTheSpan()
    {
        using var house = House(most: 1, queue: 1);
        using var span = new Activity("request").Start();
        var first = await house.EnterAsync(Cancellation);
        Assert.Null(span.GetTagItem("preprocessing.queue_ms"));

        var second = house.EnterAsync(Cancellation).AsTask();
        first.Dispose();

        using var place = await second;
        Assert.IsType<double>(span.GetTagItem("preprocessing.queue_ms"));
    }

    [Fact]
    public async Task EnterAsync_CallerGone_LeavesItsPlaceToTheNext()
    {
        using var house = House(most: 1, queue: 1);
        using var first = await house.EnterAsync(Cancellation);
        using var gone = new CancellationTokenSource();
        var second = house.EnterAsync(gone.Token).AsTask();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(house.EnterAsync(Cancellation).AsTask().IsCompleted);
    }

    private static InFlight House(int most, int queue) => new(Options.Create(new PreprocessingOptions { MaxInFlight = most, QueueLimit = queue }), TimeProvider.System);
}
