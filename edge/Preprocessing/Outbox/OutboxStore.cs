using InferenceTracing.OpenInference;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// The outbox: answers of the edge's own, with the pixels they were given to, until the cluster has judged them. An answer never suffers from it; what it cannot
/// keep goes unjudged, and is counted.
/// </summary>
internal sealed class OutboxStore
{
    // A disk that is busy for longer may still take it: the answer does not wait for that.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly OutboxWriter _writer;
    private readonly AgreementWindow _audits;
    private readonly OutboxMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly bool _tells;

    public OutboxStore(
        OutboxWriter writer, OutboxReader reader, AgreementWindow audits, OutboxMetrics metrics, IOptions<EdgeOptions> options, TimeProvider time)
    {
        (_writer, _audits, _metrics, _time) = (writer, audits, metrics, time);
        _tells = options.Value.Webhook.Length > 0;

        foreach (var agreed in reader.LastAudits(AgreementWindow.Length))
        {
            audits.Add(agreed);
        }

        metrics.Watch(() => writer.Counts, audits);
    }

    /// <summary>As of the last transaction.</summary>
    public OutboxCounts Counts => _writer.Counts;

    /// <summary>Keeps an answer for the cluster to judge. The pixels are copied before it returns its task.</summary>
    /// <returns>
    /// True once it is committed, from when on it outlives the process. False where the disk does not take it, or not at once, where an answer of the same trace is
    /// there already, and where the request has no trace that could name it.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller has gone; the answer may be kept all the same.</exception>
    public async Task<bool> KeepAsync(PixelTensor pixels, OutboxEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Request.TraceId == default)
        {
            return false;
        }

        var copy = PixelTensor.Rent(1);
        pixels.Image(0).CopyTo(copy.Span);
        var written = _writer.WriteAsync(session => session.Insert(entry, copy.Span), isAnswer: true, over: copy);

        try
        {
            return await written.WaitAsync(Patience, _time, cancellationToken).ConfigureAwait(false) == WriteOutcome.Done;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes what the cluster said, frees the pixels and owes the webhook its notice, all in one transaction: an answer is judged once, whenever the process is killed.
    /// While the disk does not take it, it waits for that, for the cluster is not to be asked twice.
    /// </summary>
    /// <returns>False: the answer has left meanwhile, and the judgement counts for nothing.</returns>
    /// <exception cref="OperationCanceledException">It is stopping; the answer is pending still.</exception>
    public async Task<bool> JudgeAsync(Judgement judgement, CancellationToken cancellationToken)
    {
        long? notice = _tells && !judgement.Agreed ? _time.GetUtcNow().ToUnixTimeMilliseconds() : null;

        if (!await PersistAsync(session => session.Judge(judgement, notice), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        if (judgement.Kind == OutboxKind.Audit)
        {
            _audits.Add(judgement.Agreed);
        }

        _metrics.Judged(judgement.Kind, judgement.Agreed);
        return true;
    }

    /// <summary>The webhook was told of a changed answer: it took it, or is due again then.</summary>
    /// <exception cref="OperationCanceledException">It is stopping; the webhook may be told again.</exception>
    public Task ToldAsync(long number, DateTimeOffset? dueAgain, CancellationToken cancellationToken) =>
        PersistAsync(session => session.Told(number, dueAgain?.ToUnixTimeMilliseconds()), cancellationToken);

    private async Task<bool> PersistAsync(Func<OutboxSession, bool> write, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = await _writer.WriteAsync(write).WaitAsync(cancellationToken).ConfigureAwait(false);

            if (outcome != WriteOutcome.Failed)
            {
                return outcome == WriteOutcome.Done;
            }

            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
