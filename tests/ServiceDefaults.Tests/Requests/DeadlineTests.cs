using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.ServiceDefaults.Tests.Requests;

public sealed class DeadlineTests
{
    /// <summary>Between two looks at the clock a deadline passes, and a timer of -1 ms is none.</summary>
    [Fact]
    public void Link_DeadlinePassesBetweenTwoLooks_IsCancelledAllTheSame()
    {
        var clock = new Running(TimeSpan.FromMilliseconds(1.5));

        for (var i = 0; i < 20; i++)
        {
            var deadline = Deadline.After(TimeSpan.FromMilliseconds(i / 2.0), clock);
            using var source = deadline.Link(CancellationToken.None);

            Assert.True(source.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        }
    }

    /// <summary>RFC 9218: a list of parameters, of which those that are not known are passed over.</summary>
    [Theory]
    [InlineData("u=7", true)]
    [InlineData("i, u=7", true)]
    [InlineData("u=3", false)]
    [InlineData("u=70", false)]
    [InlineData("u=7;q", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void SaysBackground_OnlyOfTheLowestUrgency(string? priority, bool expected) => Assert.Equal(expected, Deadline.SaysBackground(priority));

    [Fact]
    public void InBackground_StaysSoInWhatComesOfIt()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(10), TimeProvider.System);

        Assert.False(deadline.Earlier(TimeSpan.FromSeconds(1)).IsBackground);
        Assert.True(deadline.InBackground().Earlier(TimeSpan.FromSeconds(1)).IsBackground);
    }

    [Theory]
    [InlineData(1000, 100, 900)]
    [InlineData(50, 100, 40)]
    [InlineData(0, 100, 0)]
    public void Earlier_KeepsAShareOfWhatIsLeft(int budget, int reserve, int left)
    {
        var deadline = Deadline.After(TimeSpan.FromMilliseconds(budget), new Running(TimeSpan.Zero)).Earlier(TimeSpan.FromMilliseconds(reserve));

        Assert.Equal(left, deadline.Remaining.TotalMilliseconds, tolerance: 0.001);
    }

    /// <summary>A clock that goes on by so much at every look.</summary>
    private sealed class Running(TimeSpan step) : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Add(ref _ticks, step.Ticks);
    }
}
