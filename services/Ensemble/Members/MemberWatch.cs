using InferenceTracing.OpenInference;

namespace InferenceTracing.Ensemble.Members;

/// <summary>
/// Asks each member every so often whether it is ready and what it is, often while it is missing; and one that requests have found silent, to answer one more question.
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
        var said = members.States.NotReady(index);

        while (!stoppingToken.IsCancellationRequested)
        {
            var notReady = await probe.AskAsync(stoppingToken).ConfigureAwait(false);

            // Each time: it may be another version of it by now, with other labels.
            var description = notReady is null ? await probe.DescribeAsync(stoppingToken).ConfigureAwait(false) : null;
            members.States.Note(index, notReady ?? (description is null ? "its metadata cannot be read" : null), description);
            var reason = members.States.NotReady(index);

            // What a member on its way says, one thing after the other, is no news.
            if (description is null ? said is null : said != reason)
            {
                Report(member, reason);
            }

            said = reason;

            if (description is not null && member.IsOut && await probe.AnswersAsync(clock, stoppingToken).ConfigureAwait(false))
            {
                member.Readmit();
            }

            await Task.Delay(description is null || member.IsOut ? Eager : Calm, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
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
