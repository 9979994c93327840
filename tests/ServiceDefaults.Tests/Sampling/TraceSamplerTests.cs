using System.Diagnostics;
using InferenceTracing.ServiceDefaults.Sampling;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Tests.Sampling;

public sealed class TraceSamplerTests
{
    private const int Traces = 4000;

    [Fact]
    public void ShouldSample_SameTraceInTwoServices_DecidesAlike()
    {
        var (one, other) = (Sampler("0.5"), Sampler("0.5"));
        var traces = RandomTraces();

        Assert.Equal(traces.Select(trace => Root(one, trace)), traces.Select(trace => Remote(other, trace, ActivityTraceFlags.None)));
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("0.25", 880, 1120)]
    [InlineData("1", Traces, Traces)]
    [InlineData(null, Traces, Traces)]
    public void ShouldSample_Ratio_KeepsThatShare(string? ratio, int least, int most)
    {
        var sampler = Sampler(ratio);

        var kept = RandomTraces().Count(trace => Root(sampler, trace));

        Assert.InRange(kept, least, most);
    }

    [Fact]
    public void ShouldSample_TwoRatios_TheSmallerIsPartOfTheLarger()
    {
        var (few, many) = (Sampler("0.1"), Sampler("0.5"));

        Assert.All(RandomTraces().Where(trace => Root(few, trace)), trace => Assert.True(Root(many, trace)));
    }

    [Theory]
    [InlineData(ActivityTraceFlags.None)]
    [InlineData(ActivityTraceFlags.Recorded)]
    public void ShouldSample_RemoteParent_IgnoresItsFlag(ActivityTraceFlags flags) =>
        Assert.True(Remote(Sampler("1"), ActivityTraceId.CreateRandom(), flags));

    /// <summary>A service further in has no say: what the first one decided is in the flag.</summary>
    [Theory]
    [InlineData(ActivityTraceFlags.None, false)]
    [InlineData(ActivityTraceFlags.Recorded, true)]
    public void ShouldSample_RemoteParentWithinTheSystem_FollowsItsFlag(ActivityTraceFlags flags, bool expected) =>
        Assert.Equal(expected, Remote(Sampler("0.5", decides: false), ActivityTraceId.CreateRandom(), flags));

    [Theory]
    [InlineData(ActivityTraceFlags.None, false)]
    [InlineData(ActivityTraceFlags.Recorded, true)]
    public void ShouldSample_LocalParent_FollowsIt(ActivityTraceFlags flags, bool expected)
    {
        var trace = ActivityTraceId.CreateRandom();
        var parent = new ActivityContext(trace, ActivitySpanId.CreateRandom(), flags);

        Assert.Equal(expected, Decide(Sampler("1"), parent, trace, ActivityKind.Internal));
    }

    [Fact]
    public void ShouldSample_RootClient_Drops() =>
        Assert.False(Decide(Sampler("1"), default, ActivityTraceId.CreateRandom(), ActivityKind.Client));

    /// <summary>Over gRPC everything is a POST: what asks a model is kept, what looks at it is not.</summary>
    [Theory]
    [InlineData("/inference.GRPCInferenceService/ModelInfer", true)]
    [InlineData("/inference.GRPCInferenceService/ServerReady", false)]
    [InlineData("/inference.GRPCInferenceService/ModelMetadata", false)]
    [InlineData("/grpc.health.v1.Health/Check", false)]
    [InlineData("/v2/models/{model}/infer", true)]
    public void ShouldSample_PostedPath_KeepsWhatAsksAModel(string path, bool expected) => Assert.Equal(expected, Sampler("1").ShouldSample(new SamplingParameters(
        default, ActivityTraceId.CreateRandom(), "any", ActivityKind.Server, [new("http.request.method", "POST"), new("url.path", path)])).Decision == SamplingDecision.RecordAndSample);

    private static TraceSampler Sampler(string? ratio, bool decides = true) =>
        new(SamplingStrategy.Share(SamplingSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new("OTEL_TRACES_SAMPLER_ARG", ratio)]).Build()).Share), decides);

    private static List<ActivityTraceId> RandomTraces() => [.. Enumerable.Range(0, Traces).Select(_ => ActivityTraceId.CreateRandom())];

    private static bool Root(TraceSampler sampler, ActivityTraceId trace) => Decide(sampler, default, trace, ActivityKind.Server);

    private static bool Remote(TraceSampler sampler, ActivityTraceId trace, ActivityTraceFlags flags) =>
        Decide(sampler, new ActivityContext(trace, ActivitySpanId.CreateRandom(), flags, isRemote: true), trace, ActivityKind.Server);

    private static bool Decide(TraceSampler sampler, ActivityContext parent, ActivityTraceId trace, ActivityKind kind) =>
        sampler.ShouldSample(new SamplingParameters(parent, trace, "any", kind)).Decision == SamplingDecision.RecordAndSample;
}
