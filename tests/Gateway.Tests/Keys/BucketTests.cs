using InferenceTracing.Gateway.Keys;

namespace InferenceTracing.Gateway.Tests.Keys;

public sealed class BucketTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(505)]
    [InlineData(1_000_000)]
    public void Bucket_AnyRate_RefillsAtThatRate(int requestsPerSecond)
    {
        var bucket = KeyRegistration.Bucket(new GatewayOptions { RequestsPerSecond = requestsPerSecond });

        Assert.Equal(requestsPerSecond, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalSeconds, requestsPerSecond * 0.001);
    }
}
