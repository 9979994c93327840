using System.Diagnostics;
using System.Net;
using System.Text.Json;
using InferenceTracing.TestBed;

namespace InferenceTracing.Ensemble.Tests.Members;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Ready_MemberComesAndGoesAndComes_Follows()
    {
        await using var member = await MemberServer.StartAsync("only");
        member.IsReady = false;
        await using var ensemble = await EnsembleUnderTest.StartAsync([("only", member.Address)], ready: 0);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(ensemble));

        member.IsReady = true;
        await ensemble.MissingAsync(missing => missing == 0);
        await Patience.UntilAsync(() => ReadyAsync(ensemble), status => status == HttpStatusCode.OK);

        member.IsReady = false;
        await ensemble.MissingAsync(missing => missing == 1);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(ensemble));
    }

    /// <summary>What is compiled and connected at first use costs nobody a second: the first request is the service's own, and it is in no trace.</summary>
    [Fact]
    public async Task Ready_BeforeItsOwnRequestIsAnswered_IsNot()
    {
        await using var member = await MemberServer.StartAsync("only");
        var held = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        member.Instead = _ =>
        {
            asked.TrySetResult();
            return held.Task;
        };
        await using var ensemble = await EnsembleUnderTest.StartAsync([("only", member.Address)]);
        await Patience.For(asked.Task.ContinueWith(_ => true, TaskScheduler.Default), () => "the ensemble's own request");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(ensemble));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ensemble.Client.GetAsync("/v2/models/ensemble/ready")).StatusCode);
        held.SetResult();
        await Patience.UntilAsync(() => ReadyAsync(ensemble), status => status == HttpStatusCode.OK);

        var mark = (await ensemble.AskAsync()).TraceId;
        await ensemble.Collector.SpanAsync(mark, span => span.Name == "ensemble.combine");
        Assert.All(ensemble.Collector.Spans, span => Assert.Equal(mark, span.TraceId));
    }

    [Fact]
    public async Task Ready_EnoughMembers_IsDegradedAndReady()
    {
        await using var member = await MemberServer.StartAsync("only");
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("only", member.Address), ("gone", await LocalServer.NowhereAsync())], ready: 1);
        await Patience.UntilAsync(() => ReadyAsync(ensemble), status => status == HttpStatusCode.OK);

        using var answer = await ensemble.Client.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("degraded", report.RootElement.GetProperty("status").GetString());
        Assert.Contains("gone: unreachable", report.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_BelowAPath_IsFoundWithoutAClosingSlash()
    {
        await using var member = await MemberServer.StartAsync("only");
        await using var proxy = await PathProxy.StartAsync(member.Address, "/models/only");
        await using var ensemble = await EnsembleUnderTest.StartAsync([("only", new Uri(proxy.Address, "/models/only"))]);

        Assert.Equal(HttpStatusCode.OK, (await ensemble.AskAsync()).Status);
    }

    [Fact]
    public async Task Metadata_MemberKnown_HasItsLabels()
    {
        await using var member = await MemberServer.StartAsync("only");
        await using var ensemble = await EnsembleUnderTest.StartAsync([("only", member.Address)]);

        var metadata = JsonSerializer.Deserialize<JsonElement>(await ensemble.Client.GetStringAsync("/v2/models/ensemble"));

        Assert.Equal("ensemble", metadata.GetProperty("platform").GetString());
        Assert.Equal(MemberServer.Labels[999], metadata.GetProperty("outputs")[0].GetProperty("labels")[999].GetString());
        Assert.False(metadata.GetProperty("parameters").TryGetProperty("untrained", out _));
    }

    [Fact]
    public async Task Member_Untrained_EverythingSaysSo()
    {
        await using var trained = await MemberServer.StartAsync("trained");
        await using var member = await MemberServer.StartAsync("random", untrained: true);
        await using var ensemble = await EnsembleUnderTest.StartAsync([("trained", trained.Address), ("random", member.Address)]);

        var metadata = JsonSerializer.Deserialize<JsonElement>(await ensemble.Client.GetStringAsync("/v2/models/ensemble"));
        var answer = await ensemble.AskAsync();

        Assert.True(metadata.GetProperty("parameters").GetProperty("untrained").GetBoolean());
        Assert.True(answer.Parameters.GetProperty("untrained").GetBoolean());
        var server = await ensemble.Collector.SpanAsync(answer.TraceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal("true", server["inference.untrained"]);
    }

    [Theory]
    [InlineData("Ensemble:Quorum", "2", "Ensemble:Quorum")]
    [InlineData("Ensemble:Quorum", "0", "Ensemble:Quorum")]
    [InlineData("Ensemble:Members:only:Url", "nowhere", "Ensemble:Members:only:Url")]
    [InlineData("Ensemble:Members:only:Weight", "-1", "Ensemble:Members:only:Weight")]
    [InlineData("Ensemble:Members:only:Weight", "heavy", "Ensemble:Members:only:Weight")]
    [InlineData("Ensemble:Members:only:Enabled", "false", "Ensemble:Quorum")]
    [InlineData("Ensemble:Reserve", "-00:00:01", "Ensemble:Reserve")]
    [InlineData("Ensemble:ConnectTimeout", "00:00:00", "Ensemble:ConnectTimeout")]
    [InlineData("OpenInference:MaxBatch", "0", "OpenInference:MaxBatch")]
    public async Task Start_SettingInvalid_SaysSoInOneLine(string setting, string value, string named)
    {
        await using var service = await StartedService.RunAsync(
            EnsembleUnderTest.Executable, [.. EnsembleUnderTest.Members([("only", new Uri("http://127.0.0.1:9"))]), (setting, value)]);

        Assert.Equal(1, service.ExitCode);
        Assert.Contains(named, Assert.Single(service.Errors), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> ReadyAsync(EnsembleUnderTest ensemble)
    {
        using var answer = await ensemble.Client.GetAsync("/v2/models/ensemble/ready");
        return answer.StatusCode;
    }
}
