namespace InferenceTracing.ModelServer.Graph;

/// <summary>Probabilities of scores.</summary>
internal static class Softmax
{
    /// <summary>In place; the largest score is taken off first, so that no exponential overflows. False when the row holds a number that is none.</summary>
    public static bool TryApply(Span<float> row)
    {
        var largest = float.NegativeInfinity;

        foreach (var score in row)
        {
            largest = Math.Max(largest, score);
        }

        var sum = 0f;

        for (var i = 0; i < row.Length; i++)
        {
            sum += row[i] = MathF.Exp(row[i] - largest);
        }

        for (var i = 0; i < row.Length; i++)
        {
            row[i] /= sum;
        }

        return float.IsFinite(sum) && float.IsFinite(largest);
    }

    /// <summary>True when every number of the row is a probability; NaN is none.</summary>
    public static bool WasApplied(ReadOnlySpan<float> row)
    {
        foreach (var value in row)
        {
            if (value is not (>= 0 and <= 1.001f))
            {
                return false;
            }
        }

        return true;
    }
}
