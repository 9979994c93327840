using InferenceTracing.Ensemble.Voting;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.Ensemble.Members;

/// <summary>One model of the vote, behind its model server.</summary>
internal sealed class Member(string name, MemberOptions member, HttpClient client, EnsembleOptions settings, TimeProvider clock)
{
    /// <summary>The reason of a ballot without a vote: it was not asked, or not waited for any longer.</summary>
    public const string Out = "member_out", Late = "member_late";

    private readonly OpenInferenceClient _server = new(client);
    private readonly MemberBreaker _breaker = new(settings);
    private readonly UsualTime _usual = new(settings.Patience);

    public string Name { get; } = name;

    public Uri Url { get; } = client.BaseAddress!;

    public double Weight { get; } = member.Weight;

    /// <summary>How long it is worth waiting for, from the question on.</summary>
    public TimeSpan Worth => _usual.Worth;

    /// <summary>It has not answered lately, and is not asked.</summary>
    public bool IsOut => _breaker.IsOpen;

    /// <summary>Asks for its vote. A member that fails is a ballot without a vote, not an exception; only the caller's own giving up is one.</summary>
    /// <param name="images">What is asked about.</param>
    /// <param name="classes">What the vote is about: one about other classes is none.</param>
    /// <param name="deadline">The caller's.</param>
    /// <param name="late">Cancelled with <paramref name="cancellationToken"/>, and when the others have voted and it is not waited for any longer.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<Ballot> AskAsync(
        PixelTensor images, ClassLabels classes, Deadline deadline, CancellationToken late, CancellationToken cancellationToken)
    {
        if (_breaker.IsOpen)
        {
            return Without(new InferenceException(503, Out, $"{Name} has not answered lately and is asked again shortly."), TimeSpan.Zero);
        }

        var start = clock.GetTimestamp();

        try
        {
            var answer = await _server.InferAsync(Name, images, deadline.Earlier(settings.Reserve), late).ConfigureAwait(false);
            var took = clock.GetElapsedTime(start);

            if (!deadline.IsBackground)
            {
                _usual.Took(took);
            }

            return IsAbout(classes, answer.Prediction)
                ? new Ballot(this, answer.Prediction, answer.ModelVersion, null, took)
                : Without(new InferenceException(503, "other_classes", $"{Name} votes about other classes than the ensemble, which is not counted."), took);
        }
        catch (InferenceException failure)
        {
            return Without(failure, clock.GetElapsedTime(start));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var waited = clock.GetElapsedTime(start);
            _usual.Missed();
            return Without(
                new InferenceException(504, Late, FormattableString.Invariant($"{Name} was not waited for longer than {waited.TotalMilliseconds:0} ms; the others had voted.")), waited);
        }
    }

    /// <summary>Notes what came of a question that was answered or given up; of one whose caller left there is nothing to note.</summary>
    public void Judge(Ballot ballot, bool othersVoted) => _breaker.Judge(ballot, othersVoted);

    /// <summary>It has answered a question of the ensemble's own: from now on it is asked.</summary>
    public void Readmit() => _breaker.Answered();

    /// <summary>Each answer says what its classes are, so that none of another version's is mixed in while a member is being replaced; a server not of ours does not say.</summary>
    private static bool IsAbout(ClassLabels classes, Prediction vote) =>
        vote.Parameters.GetValueOrDefault(ClassLabels.Parameter) is not string labels || labels == classes.Sha256;

    private Ballot Without(InferenceException failure, TimeSpan took) => new(this, null, null, failure, took);
}

/// <summary>
/// Keeps a member that does not answer from being asked by every request: after so many questions in a row it is left alone, until it answers one of the
/// ensemble's own (<see cref="MemberWatch"/>). No caller's question is a trial, so none is held up by one; and a caller who leaves says nothing about the member.
/// </summary>
internal sealed class MemberBreaker(EnsembleOptions settings)
{
    private int _silent;

    /// <summary>It is not asked.</summary>
    public bool IsOpen => Volatile.Read(ref _silent) >= settings.BreakAfter;

    /// <summary>It has answered, be it with a refusal.</summary>
    public void Answered() => Volatile.Write(ref _silent, 0);

    /// <summary>
    /// What came of a question. A refusal is an answer; only silence and a connection that cannot be made count. A deadline does where others have voted, for where nobody
    /// has, all are slow and nobody would be left; and where it was as long as a member is waited for at least, so that callers in a hurry cannot take one from the rest.
    /// </summary>
    public void Judge(Ballot ballot, bool othersVoted)
    {
        switch (ballot.Failure?.Reason)
        {
            case Member.Out:
            case "deadline_exceeded" when !othersVoted || ballot.Took < settings.Patience:
                break;
            case "unreachable" or Member.Late or "deadline_exceeded":
                Interlocked.Increment(ref _silent);
                break;
            default:
                Answered();
                break;
        }
    }
}

/// <summary>
/// How long a member usually takes, and how long it is worth waiting for: RFC 6298's estimator of a retransmission timeout, smoothed time and four times its variation,
/// doubled where the last answer did not come. It follows a member that becomes slower under load within a few answers.
/// </summary>
internal sealed class UsualTime(TimeSpan least)
{
    private const double TimeGain = 0.125;
    private const double VariationGain = 0.25;
    private const int Variations = 4;
    private const int MostDoublings = 1;

    private readonly Lock _gate = new();
    private double _time = double.NaN;
    private double _variation;
    private int _missed;

    /// <summary>From the question on; infinite until it has answered once.</summary>
    public TimeSpan Worth
    {
        get
        {
            lock (_gate)
            {
                return double.IsNaN(_time)
                    ? Timeout.InfiniteTimeSpan
                    : TimeSpan.FromMilliseconds(Math.Max(least.TotalMilliseconds, _time + (Variations * _variation)) * (1 << _missed));
            }
        }
    }

    /// <summary>It has answered.</summary>
    public void Took(TimeSpan time)
    {
        var milliseconds = time.TotalMilliseconds;

        lock (_gate)
        {
            _variation = double.IsNaN(_time) ? milliseconds / 2 : ((1 - VariationGain) * _variation) + (VariationGain * Math.Abs(_time - milliseconds));
            _time = double.IsNaN(_time) ? milliseconds : ((1 - TimeGain) * _time) + (TimeGain * milliseconds);
            _missed = 0;
        }
    }

    /// <summary>It was not waited for any longer.</summary>
    public void Missed()
    {
        lock (_gate)
        {
            _missed = Math.Min(_missed + 1, MostDoublings);
        }
    }
}
