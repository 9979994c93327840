using InferenceTracing.Preprocessing.Calibrating;

namespace InferenceTracing.Preprocessing.Tests.Calibrating;

public sealed class ThresholdOutcomeTests
{
    [Fact]
    public void Of_AThreshold_CountsWhoAnswersAndWhoIsRight()
    {
        // Two are sure, one of them against an ensemble that is right; two are left to the ensemble, which is right about one.
        JudgedPhoto[] photos =
        [
            DrawnJudgements.Of(0.9, agrees: true, shown: 0), DrawnJudgements.Of(0.9, agrees: false, shown: 1),
            DrawnJudgements.Of(0.6, agrees: false, shown: 1), DrawnJudgements.Of(0.6, agrees: true, shown: 7),
        ];

        var outcome = ThresholdOutcome.Of(photos, temperature: 1, threshold: 0.8);

        Assert.Equal((0.5, 0.5, 0.5, 0.5, 5), (outcome.Share, outcome.Agreement, outcome.EdgeAccuracy, outcome.CascadeAccuracy, outcome.SavedMilliseconds));
    }

    [Fact]
    public void Of_NobodySureAndNothingLabelled_KnowsNoShare()
    {
        var outcome = ThresholdOutcome.Of([DrawnJudgements.Of(0.6, agrees: true)], temperature: 1, threshold: 0.8);

        Assert.Equal((0, null, null, null), (outcome.Share, outcome.Agreement, outcome.EdgeAccuracy, outcome.CascadeAccuracy));
    }

    /// <summary>The threshold belongs to those who are answered: a photograph just as sure is kept.</summary>
    [Fact]
    public void Of_AsSureAsTheThreshold_IsKept() => Assert.Single(ThresholdOutcome.Of([DrawnJudgements.Of(0.75, agrees: true)], temperature: 1, threshold: 0.75).Kept);

    [Fact]
    public void OutOfSample_TooFewToCalibrate_KeepsNone() =>
        Assert.Empty(ThresholdOutcome.OutOfSample([.. Enumerable.Repeat(DrawnJudgements.Of(0.9999, agrees: true), ThresholdChoice.FewestKept)], wanted: 0.99).Kept);

    [Fact]
    public void OutOfSample_Many_KeepsAboutWhatACalibrationWould()
    {
        var photos = DrawnJudgements.Draw(1000, 0.5, new Random(5));
        var temperature = TemperatureFit.Of(photos);

        var share = ThresholdOutcome.OutOfSample(photos, 0.99).Share;

        Assert.InRange(share - ThresholdOutcome.Of(photos, temperature, ThresholdChoice.Of(photos, temperature, 0.99)!.Value).Share, -0.1, 0.1);
    }
}
