using InferenceTracing.OpenInference;

namespace InferenceTracing.Ensemble.Members;

/// <summary>
/// Asks each member every so often whether it is ready, and once what its labels are, often while it is missing; and one that requests have found silent, to answer one
/// more question.
/// </summary>
internal sealed class MemberWatch(MemberList members, ILogger<MemberWatch> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, members.Count).Select(index => WatchAsync(index, stoppingToken)));

    private async Task WatchAsync(int index, CancellationToken stoppingToken)
    {
        var member = members[index];
        using var probe = new ModelProbe(member.Url, member.Name);
        var known = false;

        while (!stoppingToken.IsCancellationRequested)
        {
            var notReady = await probe.AskAsync(stoppingToken).ConfigureAwait(false);

            if (notReady is null && !known)
            {
                known = await LearnAsync(probe, stoppingToken).ConfigureAwait(false);
                notReady = known ? null : "its metadata cannot be read";
            }

            if (members.Note(index, notReady))
            {
                Report(member, notReady);
            }

            if (notReady is null && member.IsOut && await probe.AnswersAsync(clock, stoppingToken).ConfigureAwait(false))
            {
                member.Readmit();
            }

            await Task.Delay(notReady is null && !member.IsOut ? Calm : Eager, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> LearnAsync(ModelProbe probe, CancellationToken stoppingToken)
    {
        if (await probe.DescribeAsync(stoppingToken).ConfigureAwait(false) is not { } metadata)
        {
            return false;
        }

        members.Note(metadata);
        return true;
    }

    private void Report(Member member, string? notReady)
    {
        if (notReady is null)
        {
            Log.MemberReady(logger, member.Name, member.Url);
        }
        else
        {
            Log.MemberLost(logger, member.Name, member.Url, notReady);
        }
    }
}
