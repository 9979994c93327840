using InferenceTracing.TraceStore.Jaeger;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1ns", 1)]
    [InlineData("1.5us", 1_500)]
    [InlineData("2µs", 2_000)]
    [InlineData("1.2ms", 1_200_000)]
    [InlineData(".5s", 500_000_000)]
    [InlineData("1m30s", 90_000_000_000)]
    [InlineData("48h0m0s", 172_800_000_000_000)]
    public void TryParse_GoDuration_GivesNanoseconds(string text, ulong nanos)
    {
        Assert.True(GoDuration.TryParse(text, out var parsed));
        Assert.Equal(nanos, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("-1s")]
    [InlineData("s")]
    [InlineData("1.2.3s")]
    [InlineData("1 s")]
    [InlineData("1d")]
    [InlineData("99999999999999999999h")]
    [InlineData("9999999h9999999h")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ns")]
    [InlineData(1_500, "1.5µs")]
    [InlineData(-2_000_001, "-2.000001ms")]
    [InlineData(10_250_000_000, "10.25s")]
    [InlineData(60_000_000_000, "1m0s")]
    [InlineData(3_600_000_000_001, "1h0m0.000000001s")]
    [InlineData(long.MinValue, "-2562047h47m16.854775808s")]
    public void Text_Nanoseconds_AreWrittenAsGoDoes(long nanos, string text) => Assert.Equal(text, GoDuration.Text(nanos));
}
