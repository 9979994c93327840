using InferenceTracing.Ensemble.Members;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Ensemble.Voting;

/// <summary>What came of asking one member: its vote, or why there is none.</summary>
/// <param name="Member">Who was asked.</param>
/// <param name="Vote">Its probabilities, null when it failed.</param>
/// <param name="Version">The version of the model that answered.</param>
/// <param name="Failure">Why it failed, null when it voted.</param>
/// <param name="Took">From the question to the answer, the network included.</param>
internal sealed record Ballot(Member Member, Prediction? Vote, string? Version, InferenceException? Failure, TimeSpan Took)
{
    public override string ToString() => Failure is null ? Member.Name : $"{Member.Name}: {Failure.Message}";
}
