using System.Numerics.Tensors;
using System.Text.Json;
using InferenceTracing.Ensemble.Members;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Ensemble.Voting;

/// <summary>
/// The weighted mean of the members' probabilities (soft voting; Kuncheva, Combining Pattern Classifiers, 2nd ed., §5.2):
/// <c>p = Σ wₘ·pₘ / Σ wₘ</c> over the members that answered.
/// </summary>
internal static class SoftVote
{
    /// <summary>FP32 <c>[N, classes]</c>, each row adding up to 1 if the members' do.</summary>
    public static float[] Combine(IReadOnlyList<Ballot> cast)
    {
        var combined = new float[cast[0].Vote!.Probabilities.Length];
        var total = cast.Sum(ballot => ballot.Member.Weight);

        foreach (var ballot in cast)
        {
            TensorPrimitives.MultiplyAdd(ballot.Vote!.Probabilities.Span, (float)(ballot.Member.Weight / total), combined, combined);
        }

        return combined;
    }

    /// <summary>The class with the highest probability; the lowest number of equals.</summary>
    public static int Top(ReadOnlySpan<float> row) => TensorPrimitives.IndexOfMax(row);
}

/// <summary>What came of asking one member: its vote, or why there is none.</summary>
/// <param name="Member">Who was asked.</param>
/// <param name="Vote">Its probabilities, null when it failed.</param>
/// <param name="Version">The version of the model that answered.</param>
/// <param name="Failure">Why it failed, null when it voted.</param>
/// <param name="Took">From the question to the answer, the network included.</param>
internal sealed record Ballot(Member Member, Prediction? Vote, string? Version, InferenceException? Failure, TimeSpan Took)
{
    /// <summary>True when the model that voted has random numbers for weights, as its answer says.</summary>
    public bool IsUntrained => Vote?.Parameters.GetValueOrDefault("untrained") is true;

    public override string ToString() => Failure is null ? Member.Name : $"{Member.Name}: {Failure.Message}";
}

/// <summary>
/// Who voted for what, and who failed and why: the v2 parameter <c>members</c>. Parameters of the protocol are scalars, so it is JSON in a string,
/// <see cref="MemberReport"/> for each member.
/// </summary>
internal static class BallotReport
{
    private const int Likeliest = 5;

    public static string ToJson(IEnumerable<Ballot> ballots, IReadOnlyList<string> labels) =>
        JsonSerializer.Serialize(ballots.Select(ballot => Describe(ballot, labels)).ToArray(), MemberReport.Json.MemberReportArray);

    private static MemberReport Describe(Ballot ballot, IReadOnlyList<string> labels) => new(
        ballot.Member.Name,
        ballot.Version,
        ballot.Vote is { } vote ? Votes(vote, labels) : [],
        ballot.Vote is { Count: > 0 } voted ? Top(voted, labels) : [],
        ballot.Failure?.Message,
        Math.Round(ballot.Took.TotalMilliseconds, 3),
        Milliseconds(ballot.Vote, "queue_ms"),
        Milliseconds(ballot.Vote, "run_ms"))
    {
        Precision = ballot.Vote?.Parameters.GetValueOrDefault(ModelMetadata.PrecisionParameter) as string,
    };

    private static MemberVote[] Votes(Prediction vote, IReadOnlyList<string> labels)
    {
        var votes = new MemberVote[vote.Count];

        for (var image = 0; image < votes.Length; image++)
        {
            var row = vote.Row(image);
            var top = SoftVote.Top(row);
            votes[image] = new MemberVote(top, RankedClass.NameOf(labels, top), MathF.Round(row[top], 6));
        }

        return votes;
    }

    private static MemberVote[] Top(Prediction vote, IReadOnlyList<string> labels) =>
        [.. RankedClass.Top(vote.Row(0), Likeliest).Select(ranked => new MemberVote(ranked.Index, RankedClass.NameOf(labels, ranked.Index), MathF.Round(ranked.Probability, 6)))];

    private static double? Milliseconds(Prediction? vote, string parameter) =>
        vote?.Parameters.GetValueOrDefault(parameter) switch { double value => value, long value => value, _ => null };
}
