using InferenceTracing.Preprocessing.Calibrating;

namespace InferenceTracing.Preprocessing.Tests.Calibrating;

public sealed class TemperatureFitTests
{
    [Theory]
    [InlineData(0.4)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Of_DrawnAtATemperature_FindsIt(double temperature)
    {
        var photos = DrawnJudgements.Draw(5000, temperature, new Random(7));

        var found = TemperatureFit.Of(photos);

        Assert.InRange(found / temperature, 0.9, 1.1);
        Assert.InRange(photos.Average(photo => photo.Confidence(found)) - photos.Average(photo => photo.Agrees ? 1 : 0), -0.01, 0.01);
    }

    [Fact]
    public void Of_AlwaysTheSame_IsTheLeastTried() =>
        Assert.InRange(TemperatureFit.Of([.. Enumerable.Range(0, 50).Select(_ => DrawnJudgements.Of(0.8, agrees: true))]), TemperatureFit.Least, TemperatureFit.Least * 1.01);

    [Fact]
    public void Of_AClassTheEdgeGivesNothing_IsStillANumber() =>
        Assert.InRange(TemperatureFit.Of([DrawnJudgements.Of(1, agrees: false), DrawnJudgements.Of(0.6, agrees: true)]), TemperatureFit.Least, TemperatureFit.Most);
}
