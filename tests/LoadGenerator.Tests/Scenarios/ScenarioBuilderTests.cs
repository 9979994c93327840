using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Tests.Scenarios;

public sealed class ScenarioBuilderTests
{
    [Fact]
    public void Build_NothingSaid_LoadsTheLocalSystemForHalfAMinute()
    {
        var scenario = ScenarioBuilder.Build(new ScenarioSettings());

        Assert.Equal([new Uri("http://127.0.0.1:5010/preprocessing")], scenario.Targets);
        Assert.Equal(TimeSpan.FromSeconds(30), scenario.Duration);
        Assert.Equal("open, 20/s", scenario.Load.ToString());
        Assert.True(scenario.Multipart && scenario.KeepAlive);
    }

    [Fact]
    public void Build_Stages_AddUp()
    {
        var scenario = ScenarioBuilder.Build(new ScenarioSettings { Stages = ["30s:10..80", "1m:80"], Arrivals = "poisson" });

        Assert.Equal(TimeSpan.FromSeconds(90), scenario.Duration);
        Assert.Equal(
            [new ArrivalStage(TimeSpan.FromSeconds(30), 10, 80), new ArrivalStage(TimeSpan.FromSeconds(60), 80, 80)],
            Assert.IsType<OpenLoad>(scenario.Load).Stages);
    }

    [Fact]
    public void Over_AnotherLoad_ReplacesTheFilesAsAWhole()
    {
        var file = new ScenarioSettings { Stages = ["30s:10"], Edges = 9 };

        var scenario = ScenarioBuilder.Build(new ScenarioSettings { Clients = 3, Duration = "5s" }.Over(file));

        Assert.Equal(new ClosedLoad(3), scenario.Load);
        Assert.Equal((TimeSpan.FromSeconds(5), 9), (scenario.Duration, scenario.Edges));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { """{"rate": 5, "clients": 2}""", "exclude each other" },
        { """{"stages": ["30s:10"], "duration": "5s"}""", "exclude each other" },
        { """{"rate": 0}""", "rate" },
        { """{"clients": 0}""", "clients" },
        { """{"duration": "soon"}""", "'soon' is no duration" },
        { """{"stages": ["30s"]}""", "stage" },
        { """{"stages": ["30s:0..0"]}""", "asks for nothing" },
        { """{"urls": ["ftp://nowhere"]}""", "no http address" },
        { """{"body": "carrier pigeon"}""", "body" },
        { """{"checkTraces": "200%"}""", "no share" },
        { """{"require": ["p95=150ms"]}""", "require" },
        { """{"raet": 5}""", "raet" },
        { """{"rate": """, "JSON" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Build_WrongSetting_IsRefusedByName(string json, string said)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);

        var refusal = Assert.Throws<UsageException>(() => ScenarioBuilder.Build(ScenarioSettings.Read(file)));

        File.Delete(file);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TheExample_IsAScenario()
    {
        var scenario = ScenarioBuilder.Build(ScenarioSettings.Read(Path.Combine(AppContext.BaseDirectory, "scenarios", "ramp.json")));

        Assert.Equal("ramp", scenario.Name);
        Assert.Equal(3, scenario.Requirements.Count);
    }
}
