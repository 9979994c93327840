using FsCheck;
using FsCheck.Fluent;
using InferenceTracing.Ensemble.Members;
using InferenceTracing.Ensemble.Voting;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Ensemble.Tests.Voting;

public sealed class SoftVoteTests
{
    private const int Classes = 5;

    [Fact]
    public void Combine_EqualWeights_IsTheMean()
    {
        var combined = SoftVote.Combine([Vote(1, 0.8f, 0.2f), Vote(1, 0.4f, 0.6f)]);

        Assert.Equal([0.6f, 0.4f], combined, Close);
    }

    [Fact]
    public void Combine_Weights_CountInProportion()
    {
        var combined = SoftVote.Combine([Vote(3, 1f, 0f), Vote(1, 0f, 1f)]);

        Assert.Equal([0.75f, 0.25f], combined, Close);
    }

    [Fact]
    public void Combine_OneVote_IsThatVote()
    {
        var combined = SoftVote.Combine([Vote(0.1, 0.7f, 0.3f)]);

        Assert.Equal([0.7f, 0.3f], combined, Close);
    }

    [Fact]
    public void Combine_SeveralImages_KeepsThemApart()
    {
        var combined = SoftVote.Combine([Vote(1, 1f, 0f, 0f, 1f), Vote(1, 0f, 1f, 0f, 1f)]);

        Assert.Equal([0.5f, 0.5f, 0f, 1f], combined, Close);
    }

    [Fact]
    public void Combine_ScaledWeights_ChangesNothing()
    {
        var small = SoftVote.Combine([Vote(1, 0.9f, 0.1f), Vote(2, 0.2f, 0.8f)]);
        var large = SoftVote.Combine([Vote(1e6, 0.9f, 0.1f), Vote(2e6, 0.2f, 0.8f)]);

        Assert.Equal(small, large, Close);
    }

    [Fact]
    public void Combine_AnyVotes_RowsAddUpToOne() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(AnyVotes, cast => SoftVote.Combine(cast).Chunk(Classes).All(row => Math.Abs(row.Sum() - 1) < 1e-4)));

    [Fact]
    public void Combine_AnyVotes_OrderDoesNotMatter() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(AnyVotes, cast =>
        {
            var (forth, back) = (SoftVote.Combine(cast), SoftVote.Combine([.. cast.Reverse()]));
            return forth.Zip(back).All(pair => Close(pair.First, pair.Second));
        }));

    [Fact]
    public void Combine_AnyVotes_LiesBetweenTheVotes() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(AnyVotes, cast => SoftVote.Combine(cast).Select((value, index) => (value, index)).All(entry =>
            entry.value >= cast.Min(ballot => ballot.Vote!.Probabilities.Span[entry.index]) - 1e-5
            && entry.value <= cast.Max(ballot => ballot.Vote!.Probabilities.Span[entry.index]) + 1e-5)));

    [Fact]
    public void Top_Equals_IsTheLowestNumber() => Assert.Equal(1, SoftVote.Top([0.1f, 0.45f, 0.45f]));

    /// <summary>One to five members' votes on one to three images, none of their weights alike.</summary>
    private static Arbitrary<Ballot[]> AnyVotes { get; } = Arb.From(
        from members in Gen.Choose(1, 5)
        from images in Gen.Choose(1, 3)
        from cast in Gen.ArrayOf(AnyVote(images), members)
        select cast);

    private static Gen<Ballot> AnyVote(int images) =>
        from weight in Gen.Choose(1, 10_000)
        from raw in Gen.ArrayOf(Gen.Choose(1, 1_000), images * Classes)
        select Vote(weight / 100.0, [.. raw.Chunk(Classes).SelectMany(row => row.Select(value => value / (float)row.Sum()))], Classes);

    private static Ballot Vote(double weight, params float[] probabilities) => Vote(weight, probabilities, classes: 2);

    private static Ballot Vote(double weight, float[] probabilities, int classes) => new(
        new Member("m", new MemberOptions { Weight = weight }, new HttpClient { BaseAddress = new Uri("http://127.0.0.1") }, new EnsembleOptions(), TimeProvider.System),
        new Prediction(probabilities, classes, new Dictionary<string, object>()),
        "1",
        null,
        TimeSpan.Zero);

    private static bool Close(float one, float other) => MathF.Abs(one - other) < 1e-5f;
}
