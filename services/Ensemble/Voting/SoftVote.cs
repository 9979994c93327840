using System.Numerics.Tensors;

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
