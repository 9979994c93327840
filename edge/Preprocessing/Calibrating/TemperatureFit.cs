namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>
/// The temperature at which the edge's probabilities foresee the ensemble's first class best: the least negative log likelihood of that class under
/// <c>softmax(log p / T)</c> (Guo et al., On Calibration of Modern Neural Networks, 2017, section 4.2). Usually it is below 1: how often the edge agrees with an ensemble that
/// its own model may vote in is more than how often it is right.
/// </summary>
internal static class TemperatureFit
{
    /// <summary>What is tried; beyond it a confidence says nothing, or everything.</summary>
    public const double Least = 0.1, Most = 10;

    private const double Precision = 1e-3;
    private const int Decimals = 3;

    private static readonly double Golden = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The temperature. The likelihood has one valley in 1/T, and so in log T, where the golden section finds it.</summary>
    public static double Of(IReadOnlyCollection<JudgedPhoto> photos)
    {
        var (low, high) = (Math.Log(Least), Math.Log(Most));
        var (left, right) = (high - (Golden * (high - low)), low + (Golden * (high - low)));
        var (atLeft, atRight) = (Loss(photos, left), Loss(photos, right));

        while (high - low > Precision)
        {
            if (atLeft < atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (Golden * (high - low));
                atLeft = Loss(photos, left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (Golden * (high - low));
                atRight = Loss(photos, right);
            }
        }

        return Math.Round(Math.Exp((low + high) / 2), Decimals);
    }

    private static double Loss(IReadOnlyCollection<JudgedPhoto> photos, double logTemperature)
    {
        var power = Math.Exp(-logTemperature);
        return photos.Sum(photo => Loss(photo, power));
    }

    private static double Loss(JudgedPhoto photo, double power)
    {
        var sum = 0.0;

        foreach (var probability in photo.Probabilities)
        {
            sum += Math.Pow(probability, power);
        }

        // A probability too small for a float is 0 here, and its logarithm would be without end.
        return Math.Log(sum) - (power * Math.Log(Math.Max(photo.Probabilities[photo.Ensemble.Class], float.Epsilon)));
    }
}
