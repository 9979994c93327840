using InferenceTracing.Preprocessing.Calibrating;

namespace InferenceTracing.Preprocessing.Tests.Calibrating;

public sealed class ThresholdChoiceTests
{
    private const double Wanted = 0.99;

    /// <summary>
    /// What the choice is for: two hundred photographs to choose with, eight hundred others to be held to it. The edge is to answer half of them, and to disagree in no
    /// more than one and a half in a hundred where one was allowed. Chance is in both, so that it is counted how often that succeeds, against the two plain estimates.
    /// </summary>
    [Theory]
    [InlineData(0, 0.95)]
    [InlineData(0.003, 0.85)]
    public void Of_TwoHundredPhotographs_HoldsForEightHundredOthers(double surprises, double often)
    {
        const int Draws = 200;
        var random = new Random(20);
        int chosen = 0, empirical = 0, corrected = 0;

        for (var draw = 0; draw < Draws; draw++)
        {
            var photos = DrawnJudgements.Draw(1000, 0.5, random, surprises);
            IReadOnlyList<JudgedPhoto> known = [.. photos.Take(200)], others = [.. photos.Skip(200)];
            var temperature = TemperatureFit.Of(known);
            chosen += Holds(others, temperature, ThresholdChoice.Of(known, temperature, Wanted));
            empirical += Holds(others, temperature, Plain(known, temperature, (seen, kept) => seen <= kept * (1 - Wanted)));
            corrected += Holds(others, temperature, Plain(known, temperature, (seen, kept) => seen + 1 <= (kept + 2) * (1 - Wanted)));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"of {Draws}: chosen {chosen}, empirical {empirical}, corrected by Laplace {corrected}");
        Assert.InRange(chosen, Draws * often, Draws);
        Assert.True(chosen > Math.Max(empirical, corrected));
    }

    [Fact]
    public void Of_MoreThanAllowedDisagreeAmongTheSurest_IsNone()
    {
        List<JudgedPhoto> photos = [.. Enumerable.Range(0, 200).Select(i => DrawnJudgements.Of(0.9999, agrees: i % 50 != 0))];

        Assert.Null(ThresholdChoice.Of(photos, 1, Wanted));
    }

    [Fact]
    public void Of_FewPhotographs_AllowsOneToDisagree()
    {
        List<JudgedPhoto> photos = [.. Enumerable.Range(0, 60).Select(i => DrawnJudgements.Of(0.9999, agrees: i != 30))];

        Assert.NotNull(ThresholdChoice.Of(photos, 1, Wanted));
        Assert.Null(ThresholdChoice.Of([.. photos, DrawnJudgements.Of(0.9999, agrees: false)], 1, Wanted));
    }

    [Fact]
    public void Of_LessThanTheFewestAreSure_IsNone()
    {
        List<JudgedPhoto> unsure = [.. Enumerable.Repeat(DrawnJudgements.Of(0.6, agrees: true), 180)];
        List<JudgedPhoto> sure = [.. Enumerable.Repeat(DrawnJudgements.Of(0.9999, agrees: true), ThresholdChoice.FewestKept)];

        Assert.Null(ThresholdChoice.Of([.. unsure, .. sure.Skip(1)], 1, Wanted));
        Assert.Equal(0.9998, ThresholdChoice.Of([.. unsure, .. sure], 1, Wanted)!.Value, 0.0002);
    }

    [Fact]
    public void Of_EqualConfidences_AreKeptTogether()
    {
        // The last of two hundred is as sure as all others: no order of them may hide that it disagrees.
        List<JudgedPhoto> photos = [.. Enumerable.Range(0, 200).Select(i => DrawnJudgements.Of(0.999, agrees: i is not (>= 195 and < 200)))];

        Assert.Null(ThresholdChoice.Of(photos, 1, Wanted));
        Assert.Null(ThresholdChoice.Of(photos.AsEnumerable().Reverse(), 1, Wanted));
    }

    /// <summary>Whatever was drawn: what is kept keeps both conditions, and who wants more agreement keeps no more.</summary>
    [Fact]
    public void Of_Anything_KeepsItsConditionsAndIsMonotonous()
    {
        var random = new Random(3);

        for (var draw = 0; draw < 100; draw++)
        {
            var photos = DrawnJudgements.Draw(random.Next(1, 400), 0.3 + random.NextDouble(), random);
            var temperature = TemperatureFit.Of(photos);
            var last = 1.0;

            foreach (var wanted in (double[])[0.9, 0.95, 0.98, 0.99, 0.999])
            {
                if (ThresholdChoice.Of(photos, temperature, wanted) is not { } threshold)
                {
                    continue;
                }

                var outcome = ThresholdOutcome.Of(photos, temperature, threshold);
                var allowed = outcome.Kept.Count * (1 - wanted);
                Assert.InRange(outcome.Kept.Count, ThresholdChoice.FewestKept, photos.Count);
                Assert.InRange(outcome.Kept.Sum(photo => 1 - photo.Confidence(temperature)), 0, (allowed / 2) + 1e-6);
                Assert.InRange(outcome.Kept.Count(photo => !photo.Agrees), 0, Math.Max(1, allowed));
                Assert.InRange(outcome.Share, 0, last);
                last = outcome.Share;
            }
        }
    }

    private static int Holds(IReadOnlyList<JudgedPhoto> others, double temperature, double? threshold) =>
        threshold is { } chosen && ThresholdOutcome.Of(others, temperature, chosen) is { Share: >= 0.5, Agreement: >= 0.985 } ? 1 : 0;

    /// <summary>The smallest threshold at which the disagreements that were seen are few enough.</summary>
    private static double? Plain(IReadOnlyList<JudgedPhoto> photos, double temperature, Func<int, int, bool> few)
    {
        double? smallest = null;
        int kept = 0, seen = 0;

        foreach (var photo in photos.OrderByDescending(photo => photo.Confidence(temperature)))
        {
            seen += photo.Agrees ? 0 : 1;

            if (few(seen, ++kept))
            {
                smallest = photo.Confidence(temperature);
            }
        }

        return smallest;
    }
}
