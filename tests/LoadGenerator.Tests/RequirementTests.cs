using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requirements;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;

namespace InferenceTracing.LoadGenerator.Tests;

public sealed class RequirementTests
{
    private static readonly TraceReport NineOfTen = new(10, 0, 9, 1, 0, 0, new Dictionary<string, int> { ["gateway POST /v2/models/{model}/infer (client)"] = 1 }, [], []);

    [Theory]
    [InlineData("p95<150ms", true)]
    [InlineData("p95<90ms", false)]
    [InlineData("p99.9 >= 99ms", true)]
    [InlineData("mean<0.06s", true)]
    [InlineData("max<=100ms", true)]
    [InlineData("min>1ms", false)]
    [InlineData("errors<0.1%", false)]
    [InlineData("errors<=10%", true)]
    [InlineData("degraded<1%", true)]
    [InlineData("rate>9", true)]
    [InlineData("rate>11", false)]
    [InlineData("traces>=90%", true)]
    [InlineData("traces>=100%", false)]
    public void Check_AgainstARun_HoldsOrDoesNot(string text, bool met) => Assert.Equal(met, Requirement.Parse(text).Check(Run(), NineOfTen).Met);

    [Theory]
    [InlineData("p95")]
    [InlineData("p95=150ms")]
    [InlineData("p101<1s")]
    [InlineData("speed>5")]
    [InlineData("errors<fast")]
    [InlineData("p95<150")]
    public void Parse_Unclear_IsRefused(string text) => Assert.Throws<UsageException>(() => Requirement.Parse(text));

    [Fact]
    public void Check_TracesNotRead_IsNotMet()
    {
        var result = Requirement.Parse("traces>=1%").Check(Run(), traces: null);

        Assert.Equal((false, "not measured"), (result.Met, result.Measured));
    }

    /// <summary>90 answers of 1 to 100 ms in 9 s, ten refusals.</summary>
    private static Measured Run()
    {
        var measurement = new Measurement(ScenarioBuilder.Build(new ScenarioSettings { WarmUp = "0s" }), photographs: ["one.jpg"]);

        for (var i = 1; i <= 100; i++)
        {
            var due = TimeSpan.FromMilliseconds(89 * i);
            measurement.Due(due);
            measurement.Ended(new RequestTimes(due, due, due + TimeSpan.FromMilliseconds(i)), new Outcome(i % 10 == 5 ? "503" : null, null, null), place: default);
        }

        return measurement.Finish(TimeSpan.FromSeconds(9), interrupted: false);
    }
}
