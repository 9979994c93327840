using InferenceTracing.Ensemble.Voting;

namespace InferenceTracing.Ensemble.Members;

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
