using InferenceTracing.OpenInference;

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

    /// <summary>It was given up.</summary>
    public void Silent() => Interlocked.Increment(ref _silent);

    /// <summary>
    /// It did not vote. A refusal is an answer; only silence and a connection that cannot be made count. So does a deadline, if it left the member as long as it is
    /// waited for at least: who is in more of a hurry shall not get it a bad name with everybody else.
    /// </summary>
    public void Failed(InferenceException failure, TimeSpan waited)
    {
        if (!failure.IsSilence)
        {
            Answered();
        }
        else if (failure.Reason is "unreachable" || waited >= settings.Patience)
        {
            Silent();
        }
    }
}
