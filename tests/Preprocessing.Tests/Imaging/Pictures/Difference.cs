namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>How far two pictures of bytes are apart, in steps of 255.</summary>
/// <param name="Mean">Mean absolute difference.</param>
/// <param name="P99">99 of 100 samples differ by no more.</param>
/// <param name="Max">The largest difference.</param>
internal readonly record struct Difference(double Mean, int P99, int Max)
{
    public static Difference Between(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Assert.Equal(left.Length, right.Length);
        var apart = new int[left.Length];
        for (var i = 0; i < apart.Length; i++)
        {
            apart[i] = Math.Abs(left[i] - right[i]);
        }

        Array.Sort(apart);
        return new Difference(apart.Average(), apart[(int)(0.99 * (apart.Length - 1))], apart[^1]);
    }
}
