using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Tests.Scenarios;

public sealed class QuantityTextTests
{
    [Theory]
    [InlineData("150ms", 150)]
    [InlineData("0.5ms", 0.5)]
    [InlineData("30s", 30_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    public void Duration_WithUnit_IsRead(string text, double milliseconds) => Assert.Equal(milliseconds, QuantityText.Duration(text).TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("ms")]
    [InlineData("-3s")]
    [InlineData("3 days")]
    public void Duration_Unclear_IsRefused(string text) => Assert.Throws<UsageException>(() => QuantityText.Duration(text));

    [Theory]
    [InlineData("1%", 0.01)]
    [InlineData("0.1%", 0.001)]
    [InlineData("0.25", 0.25)]
    [InlineData("100%", 1)]
    public void Share_PercentOrFraction_IsRead(string text, double share) => Assert.Equal(share, QuantityText.Share(text), 12);
}
