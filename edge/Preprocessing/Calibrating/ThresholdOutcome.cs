namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>What becomes of photographs under a threshold: those the edge is sure of it answers, the others the ensemble does.</summary>
/// <param name="All">The photographs.</param>
/// <param name="Kept">Those of them that the edge answers.</param>
internal sealed record ThresholdOutcome(IReadOnlyList<JudgedPhoto> All, IReadOnlyList<JudgedPhoto> Kept)
{
    private const int Folds = 5;

    /// <summary>The share that the edge answers.</summary>
    public double Share => (double)Kept.Count / All.Count;

    /// <summary>The share of those for which the ensemble says the same; null where there are none.</summary>
    public double? Agreement => ShareOf(Kept, photo => photo.Agrees);

    /// <summary>The ensemble's milliseconds that the edge's answers save, for each photograph of all.</summary>
    public double SavedMilliseconds => Kept.Sum(photo => photo.Ensemble.Milliseconds) / All.Count;

    /// <summary>Of the edge's answers the share that is right; null where no photograph of them is labelled.</summary>
    public double? EdgeAccuracy => ShareOf(Labelled(Kept), photo => photo.Edge == photo.Shown);

    /// <summary>Of all answers, the edge's and the ensemble's, the share that is right; null where no photograph is labelled.</summary>
    public double? CascadeAccuracy
    {
        get
        {
            var kept = Kept.ToHashSet(ReferenceEqualityComparer.Instance);
            return ShareOf(Labelled(All), photo => (kept.Contains(photo) ? photo.Edge : photo.Ensemble.Class) == photo.Shown);
        }
    }

    /// <summary>What a calibration does to the photographs it was made with.</summary>
    public static ThresholdOutcome Of(IReadOnlyList<JudgedPhoto> photos, double temperature, double threshold) =>
        new(photos, [.. photos.Where(photo => photo.Confidence(temperature) >= threshold)]);

    /// <summary>
    /// What a calibration does to photographs it has not seen: each fifth is answered with the temperature and the threshold of the other four. Where those give no
    /// threshold, nothing of it is answered at the edge.
    /// </summary>
    public static ThresholdOutcome OutOfSample(IReadOnlyList<JudgedPhoto> photos, double wanted) => new(photos, [.. Enumerable.Range(0, Folds).SelectMany(fold =>
    {
        List<JudgedPhoto> others = [.. photos.Where((_, i) => i % Folds != fold)];
        var temperature = TemperatureFit.Of(others);
        return ThresholdChoice.Of(others, temperature, wanted) is { } threshold
            ? Of([.. photos.Where((_, i) => i % Folds == fold)], temperature, threshold).Kept
            : [];
    })]);

    /// <summary>The photographs of which is known what they show.</summary>
    public static IReadOnlyList<JudgedPhoto> Labelled(IReadOnlyList<JudgedPhoto> photos) => [.. photos.Where(photo => photo.Shown is not null)];

    /// <summary>The share of <paramref name="photos"/> that <paramref name="holds"/>; null where there are none.</summary>
    public static double? ShareOf(IReadOnlyList<JudgedPhoto> photos, Func<JudgedPhoto, bool> holds) =>
        photos.Count > 0 ? (double)photos.Count(holds) / photos.Count : null;
}
