using System.Collections.Concurrent;
using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Tests.Memory;

public sealed class InFlightTests
{
    private static readonly Deadline Soon = Deadline.After(TimeSpan.FromMinutes(1), TimeProvider.System);
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnterAsync_HouseFull_IsRefusedForNow()
    {
        using var house = House(most: 1, queue: 0);
        using var first = await house.EnterAsync(Soon, Cancellation);

        var refusal = await Assert.ThrowsAsync<InferenceException>(() => house.EnterAsync(Soon, Cancellation).AsTask());

        Assert.True(first.IsAcquired);
        Assert.Equal((503, "too_busy", TimeSpan.FromSeconds(1)), (refusal.Status, refusal.Reason, refusal.RetryAfter));
    }

    [Fact]
    public async Task EnterAsync_PlaceInTheQueue_WaitsForTheFirstToLeave()
    {
        using var house = House(most: 1, queue: 1);
        var first = await house.EnterAsync(Soon, Cancellation);

        var second = house.EnterAsync(Soon, Cancellation).AsTask();

        await Assert.ThrowsAsync<InferenceException>(() => house.EnterAsync(Soon, Cancellation).AsTask());
        Assert.False(second.IsCompleted);
        first.Dispose();
        using var place = await second;
        Assert.True(place.IsAcquired);
    }

    /// <summary>The wait at the door counts: a photograph that waited its deadline out is answered then, and not seconds later.</summary>
    [Fact]
    public async Task EnterAsync_DeadlinePassesAtTheDoor_Is504()
    {
        using var house = House(most: 1, queue: 1);
        using var first = await house.EnterAsync(Soon, Cancellation);

        var late = await Assert.ThrowsAsync<InferenceException>(
            () => house.EnterAsync(Deadline.After(TimeSpan.FromMilliseconds(20), TimeProvider.System), Cancellation).AsTask());

        Assert.Equal((504, "deadline_exceeded"), (late.Status, late.Reason));
    }

    [Fact]
    public async Task EnterAsync_HadToWait_TheWaitIsASpanOfTheRequest()
    {
        using var house = House(most: 1, queue: 1);
        using var request = new Activity("request").Start();
        var waits = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == request.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = waits.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var first = await house.EnterAsync(Soon, Cancellation);
        Assert.Empty(waits);

        var second = house.EnterAsync(Soon, Cancellation).AsTask();
        first.Dispose();

        using var place = await second;
        var wait = Assert.Single(waits);
        Assert.Equal(("edge.queue", request.SpanId), (wait.OperationName, wait.ParentSpanId));
    }

    [Fact]
    public async Task EnterAsync_CallerGone_LeavesItsPlaceToTheNext()
    {
        using var house = House(most: 1, queue: 1);
        using var first = await house.EnterAsync(Soon, Cancellation);
        using var gone = new CancellationTokenSource();
        var second = house.EnterAsync(Soon, gone.Token).AsTask();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(house.EnterAsync(Soon, Cancellation).AsTask().IsCompleted);
    }

    private static InFlight House(int most, int queue) => new(Options.Create(new PreprocessingOptions { MaxInFlight = most, QueueLimit = queue }));
}
