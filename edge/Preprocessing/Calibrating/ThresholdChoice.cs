namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>
/// The smallest threshold above which the edge may answer for itself. Of a hundred or two photographs one disagreement is half a percent or more, so that the smallest
/// threshold at which the agreement happens to be the wanted one is mostly a lucky one. What the edge's confidences foresee, <c>Σ (1 - confidence)</c>, is far
/// steadier, for every photograph says something of it. Two conditions on the disagreements among the photographs kept, of which <c>allowed = kept × (1 - wanted)</c>:
/// <list type="bullet">
/// <item>foreseen are at most half of what is allowed; the other half is for chance, and for photographs unlike these;</item>
/// <item>seen are at most what is allowed; one always is, for fewer than <c>1 / (1 - wanted)</c> photographs could not tell it from none.</item>
/// </list>
/// How it was chosen, and against what, is in docs/edge.md.
/// </summary>
internal static class ThresholdChoice
{
    /// <summary>Of fewer photographs an agreement says nothing.</summary>
    public const int FewestKept = 20;

    private const double ShareForForeseen = 0.5;
    private const double Steps = 10_000;

    /// <summary>The threshold; null where none does.</summary>
    /// <param name="photos">The photographs.</param>
    /// <param name="temperature">What their confidence is corrected with.</param>
    /// <param name="wanted">The wanted agreement, 0 … 1.</param>
    public static double? Of(IEnumerable<JudgedPhoto> photos, double temperature, double wanted)
    {
        var (kept, seen, foreseen) = (0, 0, 0.0);
        double? smallest = null;

        // A threshold has four decimals; photographs that none of them parts stay together.
        foreach (var group in photos.Select(photo => (photo.Agrees, Confidence: (double)photo.Confidence(temperature)))
            .GroupBy(photo => Math.Floor(photo.Confidence * Steps) / Steps).OrderByDescending(group => group.Key))
        {
            kept += group.Count();
            seen += group.Count(photo => !photo.Agrees);
            foreseen += group.Sum(photo => 1 - photo.Confidence);
            var allowed = kept * (1 - wanted);

            if (kept >= FewestKept && foreseen <= allowed * ShareForForeseen && seen <= Math.Max(allowed, 1))
            {
                smallest = group.Key;
            }
        }

        return smallest;
    }
}
