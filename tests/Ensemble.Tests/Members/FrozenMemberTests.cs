using System.Net;
using InferenceTracing.Ensemble.Members;
using InferenceTracing.TestBed;

namespace InferenceTracing.Ensemble.Tests.Members;

/// <summary>A member that is there and does not answer: its vote is missing, and nobody waits a deadline out for it.</summary>
public sealed class FrozenMemberTests
{
    [Fact]
    public async Task Infer_MemberFrozen_IsAnsweredWithoutItAndSoonNotEvenAsked()
    {
        await using var left = await MemberServer.StartAsync("left");
        await using var right = await MemberServer.StartAsync("right");
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", left.Address), ("right", right.Address)], ready: null, ("Ensemble:Patience", "00:00:00.250"), ("Ensemble:BreakAfter", "4"));
        Assert.False((await ensemble.AskAsync()).Degraded);

        right.Instead = forever => Task.Delay(Timeout.Infinite, forever);
        List<string> reasons = [];

        for (var i = 0; i < 12; i++)
        {
            var answer = await ensemble.AskAsync(timeoutMs: "10000");
            Assert.Equal((HttpStatusCode.OK, true), (answer.Status, answer.Degraded));
            reasons.Add(answer.Members[1].Error!);
        }

        Assert.Contains("was not waited for", reasons[0], StringComparison.Ordinal);
        Assert.Contains(reasons, reason => reason.Contains("is asked again shortly", StringComparison.Ordinal));
        Assert.DoesNotContain(reasons, reason => reason.Contains("deadline", StringComparison.Ordinal));

        right.Instead = null;
        await Patience.UntilAsync(() => ensemble.AskAsync(), answer => !answer.Degraded);
    }

    /// <summary>Who leaves says nothing about the member: not that it is well again, while it is left alone.</summary>
    [Fact]
    public async Task Infer_CallersLeaveWhileAMemberIsOut_ItStaysOut()
    {
        await using var left = await MemberServer.StartAsync("left");
        await using var right = await MemberServer.StartAsync("right");
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", left.Address), ("right", right.Address)], ready: null, ("Ensemble:Patience", "00:00:00.250"), ("Ensemble:BreakAfter", "2"));
        Assert.False((await ensemble.AskAsync()).Degraded);
        right.Instead = forever => Task.Delay(Timeout.Infinite, forever);
        await Patience.UntilAsync(() => ensemble.AskAsync(), IsWithoutRight);

        // Nobody is answered: each would be the one that tries the member, were that a caller's.
        left.Instead = forever => Task.Delay(Timeout.Infinite, forever);

        for (var i = 0; i < 20; i++)
        {
            using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ensemble.AskAsync(cancellationToken: caller.Token));
        }

        left.Instead = null;
        Assert.True(IsWithoutRight(await ensemble.AskAsync()));
    }

    /// <summary>Nor that it is ill: whoever is in a hurry shall not take it away from everybody else.</summary>
    [Fact]
    public async Task Infer_CallersLeaveOrHaveNoTime_TheMemberIsAskedByTheNext()
    {
        await using var only = await MemberServer.StartAsync("only");
        await using var ensemble = await EnsembleUnderTest.StartAsync([("only", only.Address)], ready: null, ("Ensemble:BreakAfter", "2"));
        only.Instead = slow => Task.Delay(Timeout.Infinite, slow);

        for (var i = 0; i < 5; i++)
        {
            using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ensemble.AskAsync(cancellationToken: caller.Token));
            Assert.Equal(HttpStatusCode.GatewayTimeout, (await ensemble.AskAsync(timeoutMs: "100")).Status);
        }

        only.Instead = null;
        Assert.Equal(HttpStatusCode.OK, (await ensemble.AskAsync()).Status);
    }

    /// <summary>Where nobody has voted nobody is worse than the others, and somebody must be asked.</summary>
    [Fact]
    public async Task Infer_AllMembersSilent_NoneIsLeftAlone()
    {
        await using var left = await MemberServer.StartAsync("left");
        await using var right = await MemberServer.StartAsync("right");
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", left.Address), ("right", right.Address)], ready: null, ("Ensemble:Patience", "00:00:00.250"), ("Ensemble:BreakAfter", "2"));
        left.Instead = right.Instead = forever => Task.Delay(Timeout.Infinite, forever);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.GatewayTimeout, (await ensemble.AskAsync(timeoutMs: "600")).Status);
        }

        left.Instead = right.Instead = null;
        var answer = await ensemble.AskAsync();
        Assert.Equal((HttpStatusCode.OK, false), (answer.Status, answer.Degraded));
    }

    /// <summary>When all are slow none of them is late.</summary>
    [Fact]
    public async Task Infer_AllMembersBecomeSlow_AllVote()
    {
        await using var left = await MemberServer.StartAsync("left");
        await using var right = await MemberServer.StartAsync("right");
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", left.Address), ("right", right.Address)], ready: null, ("Ensemble:Patience", "00:00:00.050"), ("Ensemble:BreakAfter", "4"));

        for (var i = 0; i < 5; i++)
        {
            Assert.False((await ensemble.AskAsync()).Degraded);
        }

        left.Instead = right.Instead = slow => Task.Delay(600, slow);

        for (var i = 0; i < 3; i++)
        {
            Assert.False((await ensemble.AskAsync()).Degraded);
        }
    }

    private static bool IsWithoutRight(EnsembleAnswer answer) =>
        answer.Members[1].Error?.Contains("is asked again shortly", StringComparison.Ordinal) is true;

    [Fact]
    public void Worth_FollowsTheUsualTime()
    {
        var usual = new UsualTime(TimeSpan.FromMilliseconds(50));
        Assert.Equal(Timeout.InfiniteTimeSpan, usual.Worth);

        for (var i = 0; i < 100; i++)
        {
            usual.Took(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(50, usual.Worth.TotalMilliseconds);
        usual.Missed();
        Assert.Equal(100, usual.Worth.TotalMilliseconds);

        for (var i = 0; i < 100; i++)
        {
            usual.Took(TimeSpan.FromMilliseconds(200));
        }

        Assert.InRange(usual.Worth.TotalMilliseconds, 200, 260);
    }
}
