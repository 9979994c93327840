using InferenceTracing.ServiceDefaults.Sampling;
using Microsoft.Extensions.Configuration;

namespace InferenceTracing.ServiceDefaults.Tests.Sampling;

public sealed class SamplingSettingsTests
{
    private static readonly ServiceIdentity Edge = new("preprocessing", 1, "edge", Entry: true);
    private static readonly ServiceIdentity Gateway = new("gateway", 1, "cluster", Entry: true);
    private static readonly ServiceIdentity Inner = new("ensemble", 1, "cluster");

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData("traceidratio", "0.25", 0.25)]
    [InlineData("parentbased_traceidratio", "0", 0)]
    [InlineData("always_on", "0.25", 1)]
    [InlineData("parentbased_always_off", null, 0)]
    public void Read_ShareThatStands_IsIt(string? sampler, string? argument, double share)
    {
        var settings = Read(sampler, argument);

        Assert.Equal((share, null), (settings.Share, settings.Service));
        Assert.Equal((true, true, false), (settings.Decides(Edge), settings.Decides(Gateway), settings.Decides(Inner)));
    }

    [Theory]
    [InlineData("endpoint=http://jaeger:5778", "http://jaeger:5778/sampling", 60_000, 1)]
    [InlineData("endpoint=https://gateway/strategies,pollingIntervalMs=5000,initialSamplingRate=0.25", "https://gateway/strategies", 5000, 0.25)]
    [InlineData(" initialSamplingRate=0 , endpoint=http://jaeger:5778/ ", "http://jaeger:5778/sampling", 60_000, 0)]
    public void Read_JaegerRemote_SaysWhereAndHowOften(string argument, string service, int interval, double share)
    {
        var settings = Read("jaeger_remote", argument);

        Assert.Equal(new SamplingSettings(share, new Uri(service), TimeSpan.FromMilliseconds(interval)), settings);
        Assert.Equal(settings, Read("parentbased_jaeger_remote", argument));
        Assert.Equal((true, false, false), (settings.Decides(Edge), settings.Decides(Gateway), settings.Decides(Inner)));
    }

    [Theory]
    [InlineData("traceidratio", "2")]
    [InlineData("traceidratio", "-0.1")]
    [InlineData("traceidratio", "NaN")]
    [InlineData("traceidratio", "half")]
    [InlineData("traceidratio", "")]
    [InlineData("jaeger_remote", null)]
    [InlineData("jaeger_remote", "0.5")]
    [InlineData("jaeger_remote", "pollingIntervalMs=5000")]
    [InlineData("jaeger_remote", "endpoint=jaeger")]
    [InlineData("jaeger_remote", "endpoint=grpc://jaeger:14250")]
    [InlineData("jaeger_remote", "endpoint=http://jaeger:5778,pollingIntervalMs=0")]
    [InlineData("jaeger_remote", "endpoint=http://jaeger:5778,initialSamplingRate=2")]
    [InlineData("jaeger_remote", "endpoint=http://jaeger:5778,color=blue")]
    [InlineData("xray", null)]
    public void Read_CannotBeMeant_SaysWhichSetting(string sampler, string? argument)
    {
        var failure = Assert.Throws<StartupException>(() => Read(sampler, argument));

        Assert.StartsWith("OTEL_TRACES_SAMPLER", failure.Message, StringComparison.Ordinal);
    }

    private static SamplingSettings Read(string? sampler, string? argument) => SamplingSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection([new("OTEL_TRACES_SAMPLER", sampler), new("OTEL_TRACES_SAMPLER_ARG", argument)]).Build());
}
