using InferenceTracing.Preprocessing.Voting;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>A photograph that both have seen.</summary>
/// <param name="Probabilities">The edge's, <c>[1000]</c>.</param>
/// <param name="Ensemble">What the ensemble takes it for.</param>
/// <param name="Shown">What it shows, 0 … 999; null where that is not known.</param>
internal sealed record JudgedPhoto(float[] Probabilities, EnsembleVote Ensemble, int? Shown)
{
    /// <summary>What the edge takes it for.</summary>
    public int Edge { get; } = Array.IndexOf(Probabilities, Probabilities.Max());

    /// <summary>Whether both say the same.</summary>
    public bool Agrees => Edge == Ensemble.Class;

    /// <summary>How sure the edge is, 0 … 1.</summary>
    public float Confidence(double temperature) => Calibration.Confidence(Probabilities, temperature);
}
