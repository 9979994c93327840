namespace InferenceTracing.OpenInference;

/// <summary>One class of an image's answer.</summary>
/// <param name="Index">The class, 0 … 999.</param>
/// <param name="Probability">Its probability, 0 … 1.</param>
public readonly record struct RankedClass(int Index, float Probability)
{
    /// <summary>The <paramref name="count"/> most probable classes of <paramref name="row"/>, best first; equal ones by index.</summary>
    public static RankedClass[] Top(ReadOnlySpan<float> row, int count)
    {
        var ranked = new RankedClass[row.Length];

        for (var i = 0; i < row.Length; i++)
        {
            ranked[i] = new RankedClass(i, row[i]);
        }

        Array.Sort(ranked, static (a, b) => b.Probability.CompareTo(a.Probability) is var order and not 0 ? order : a.Index.CompareTo(b.Index));
        return ranked.Length > count ? ranked[..count] : ranked;
    }
}
