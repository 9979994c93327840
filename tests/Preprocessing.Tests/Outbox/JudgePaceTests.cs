using InferenceTracing.Preprocessing.Outbox;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>An edge asks as often as the cluster has time for it, which it finds out by being answered and refused.</summary>
public sealed class JudgePaceTests
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Returning = TimeSpan.FromSeconds(10), Told = TimeSpan.FromSeconds(1);

    [Fact]
    public void Returned_ManyEdges_BeginAtMomentsOfTheirOwn()
    {
        var moments = Enumerable.Range(0, 1000).Select(edge => new JudgePace(Shortest, Returning, new Random(edge)).Returned().TotalSeconds).ToList();

        Assert.All(moments, moment => Assert.InRange(moment, 0, 10));
        Assert.All(moments.GroupBy(moment => (int)moment), second => Assert.InRange(second.Count(), 60, 140));
    }

    [Fact]
    public void Answered_AfterAnOutage_IsSoonAsQuickAsItMayBe()
    {
        var pace = new JudgePace(Shortest, Returning, new Random(1));
        pace.Returned();
        Assert.Equal(Returning, pace.Pause);

        var waited = TimeSpan.Zero;

        for (var answers = 0; answers < 7; answers++)
        {
            waited += pace.Pause;
            pace.Answered();
        }

        Assert.Equal(Shortest, pace.Pause);
        Assert.InRange(waited, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Refused_Always_WaitsTwiceAsLongAndNoLessThanItIsTold()
    {
        var pace = new JudgePace(Shortest, Returning, new Random(1));

        Assert.InRange(pace.Refused(Told), Told, 1.5 * Told);
        Assert.Equal(2 * Shortest, pace.Pause);

        for (var refusals = 0; refusals < 20; refusals++)
        {
            Assert.InRange(pace.Refused(Told), pace.Pause, 1.5 * JudgePace.Longest);
        }

        Assert.Equal(JudgePace.Longest, pace.Pause);
    }

    /// <summary>Nobody tells them how many they are; together they ask for about what there is.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(2000)]
    public void Pause_OfManyEdges_DividesWhatTheClusterHasToSpare(int edges)
    {
        const int Spare = 20, Seconds = 900;
        var random = new Random(5);
        var asks = new PriorityQueue<JudgePace, double>();
        var (judged, refused, room, second) = (0, 0, Spare, 0);

        foreach (var pace in Enumerable.Range(0, edges).Select(_ => new JudgePace(Shortest, Returning, random)))
        {
            asks.Enqueue(pace, pace.Returned().TotalSeconds);
        }

        while (asks.TryDequeue(out var pace, out var now) && now < Seconds)
        {
            (second, room) = (int)now > second ? ((int)now, Spare) : (second, room);

            if (room-- > 0)
            {
                pace.Answered();
                judged += second >= Seconds / 2 ? 1 : 0;
                asks.Enqueue(pace, now + pace.Pause.TotalSeconds);
            }
            else
            {
                refused += second >= Seconds / 2 ? 1 : 0;
                asks.Enqueue(pace, now + pace.Refused(Told).TotalSeconds);
            }
        }

        Assert.InRange(judged / (Spare * Seconds / 2.0), 0.7, 1);
        Assert.InRange((double)refused / (judged + refused), 0, 0.35);
    }
}
