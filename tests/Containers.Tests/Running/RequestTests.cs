using System.Net;
using InferenceTracing.Drills;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.Containers.Tests.Running;

/// <summary>Photographs through the containers.</summary>
[Collection(ContainerSystemGroup.Name)]
public sealed class RequestTests(ContainerSystem system)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Photograph_PostedToTheEdge_IsAnsweredAndItsTraceIsWhole()
    {
        await system.RequireAsync();
        var answer = await new PhotoLoad(system.Edge, rate: 1, TimeProvider.System).SendAsync();
        Assert.Equal((200, false, 2), (answer.Status, answer.Degraded, answer.Members.Count));

        var shape = RequestTrace.Of(answer.Members);
        var spans = await system.Traces.WaitForTraceAsync(answer.TraceId!, shape.IsComplete, Patience, TestContext.Current.CancellationToken);
        Assert.Empty(shape.Problems(spans));
    }

    [Fact]
    public async Task TraceUi_WithoutALogin_IsClosed()
    {
        await system.RequireAsync();
        using var stranger = new HttpClient();

        using var closed = await stranger.GetAsync(system.TraceUi.BaseAddress, TestContext.Current.CancellationToken);
        using var open = await system.TraceUi.GetAsync(system.TraceUi.BaseAddress, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    [Fact]
    public async Task LinkCut_ForAMinuteUnderLoad_IsAnsweredByTheEdgeComesBackAndLosesNoTrace()
    {
        await system.RequireAsync();
        // A cut is noticed within three seconds; a request that was under way then has waited that long.
        var noticed = TimeSpan.FromSeconds(4);
        var (load, broken, mended) = await OutageAsync(Drill.LinkCut, TimeSpan.FromMinutes(1));
        var during = load.Where(answer => answer.At >= broken + noticed && answer.At < mended).ToList();
        var after = load.Where(answer => answer.At > mended + noticed).ToList();

        Assert.True(during.Count > 300, $"only {during.Count} photographs were sent while the link was cut");
        Assert.All(during, answer => Assert.Equal((200, "cluster_unreachable", true), (answer.Status, answer.ByTheEdge, answer.Provisional)));
        // At once, against the ten seconds that a photograph may take: nobody waits for a link that is known to be cut.
        Assert.True(Slowest(during, share: 0.9) < TimeSpan.FromSeconds(2), $"9 of 10 answers took up to {Slowest(during, 0.9)}");
        Assert.All(load, answer => Assert.True(answer.Status == 200, answer.ToString()));
        Assert.True(after.Count > 0 && after[^1].ByTheEdge is null, "it did not come back by itself");

        var count = await TraceCount.TakeAsync(system.Traces, load, TimeSpan.FromMinutes(4), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(count.Lost);
        Assert.Empty(count.Broken);
        Assert.Equal(load.Count, count.Arrived);
    }

    [Fact]
    public async Task ModelKilled_UnderLoad_TheOtherAnswersAlone()
    {
        await system.RequireAsync();
        var (load, broken, mended) = await OutageAsync(Drill.KillModel, TimeSpan.FromSeconds(8));
        var during = load.Where(answer => answer.At >= broken + TimeSpan.FromSeconds(3) && answer.At < mended - TimeSpan.FromSeconds(1)).ToList();

        Assert.NotEmpty(during);
        Assert.All(during, answer => Assert.Equal((200, true, 1), (answer.Status, answer.Degraded, answer.Members.Count)));
        Assert.DoesNotContain(load, answer => answer.Status == 0);
    }

    private static TimeSpan Slowest(IReadOnlyCollection<PhotoAnswer> answers, double share) =>
        answers.Select(answer => answer.Elapsed).Order().ElementAt((int)(answers.Count * share));

    private async Task<(List<PhotoAnswer> Load, DateTimeOffset Broken, DateTimeOffset Mended)> OutageAsync(Drill drill, TimeSpan outage)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var load = new PhotoLoad(system.Edge, rate: 8, TimeProvider.System);
        // A system that was just started is slow; what is to be seen is the outage, not that.
        await UntilAsync(load, answer => answer is { Status: 200, Degraded: false } && answer.Elapsed < TimeSpan.FromSeconds(1), cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = load.RunAsync(stop.Token);
        DateTimeOffset broken, mended;

        try
        {
            await Task.Delay(TimeSpan.FromSeconds(4), cancellationToken);
            await drill.BreakAsync(system.Project, cancellationToken);
            broken = DateTimeOffset.UtcNow;
            await Task.Delay(outage, cancellationToken);
        }
        finally
        {
            mended = DateTimeOffset.UtcNow;
            await drill.MendAsync(system.Project, CancellationToken.None);
        }

        await Task.Delay(TimeSpan.FromSeconds(8), cancellationToken);
        await stop.CancelAsync();
        await sending;
        await UntilAsync(load, answer => answer is { Status: 200, Degraded: false }, cancellationToken);
        return ([.. load.Answers], broken, mended);
    }

    private static async Task UntilAsync(PhotoLoad load, Func<PhotoAnswer, bool> isWell, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 60 && !isWell(await load.SendAsync()); i++)
        {
            await Task.Delay(500, cancellationToken);
        }
    }
}
