using System.Numerics.Tensors;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>How much alike two classifiers answer, and how often each is right where that is known.</summary>
internal sealed class Likeness
{
    // A probability that was rounded to 0 is a small one.
    private const float Least = 1e-10f;

    private int _agreed;
    private int _referenceRight;
    private int _otherRight;
    private double _divergence;

    /// <summary>Photographs so far.</summary>
    public int Photographs { get; private set; }

    /// <summary>Those of which is known what they show.</summary>
    public int Labelled { get; private set; }

    /// <summary>The share for which both find the same class likeliest.</summary>
    public double Agreement => (double)_agreed / Photographs;

    /// <summary>Mean Kullback-Leibler divergence, Σ p ln(p / q), of the other's probabilities q from the reference's p.</summary>
    public double Divergence => _divergence / Photographs;

    /// <summary>The share of the labelled for which the reference's likeliest class is what is shown.</summary>
    public double ReferenceTop1 => (double)_referenceRight / Labelled;

    /// <summary>The same of the other.</summary>
    public double OtherTop1 => (double)_otherRight / Labelled;

    /// <param name="reference">Probabilities of all classes.</param>
    /// <param name="other">The same.</param>
    /// <param name="shown">The class that is shown; null where that is not known.</param>
    public void Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> other, int? shown)
    {
        var (first, second) = (TensorPrimitives.IndexOfMax(reference), TensorPrimitives.IndexOfMax(other));
        Photographs++;
        _agreed += first == second ? 1 : 0;

        for (var i = 0; i < reference.Length; i++)
        {
            if (reference[i] > 0)
            {
                _divergence += reference[i] * Math.Log(reference[i] / (double)Math.Max(other[i], Least));
            }
        }

        if (shown is { } label)
        {
            Labelled++;
            _referenceRight += first == label ? 1 : 0;
            _otherRight += second == label ? 1 : 0;
        }
    }
}
