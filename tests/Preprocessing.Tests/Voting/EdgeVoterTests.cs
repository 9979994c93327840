using InferenceTracing.TestBed;

namespace InferenceTracing.Preprocessing.Tests.Voting;

/// <summary>What keeps an edge that is to vote from starting, in one line.</summary>
public sealed class EdgeVoterTests
{
    [Fact]
    public async Task Cascade_NotCalibrated_DoesNotStartAndSaysHow()
    {
        await using var edge = await StartedService.RunAsync("Preprocessing", [("Edge:Mode", "cascade"), ("Edge:Model", "mobilenetv2"), ("Edge:Folder", Directory.CreateTempSubdirectory("edge-").FullName), ("Edge:Download", "false")]);

        Assert.Equal(1, edge.ExitCode);
        Assert.Contains(edge.Errors, line => line.Contains("-- calibrate --model mobilenetv2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fallback")]
    [InlineData("cascade")]
    [InlineData("edge")]
    public async Task AnyMode_WithoutAModel_DoesNotStartAndSaysWhy(string mode)
    {
        await using var edge = await StartedService.RunAsync("Preprocessing", [("Edge:Mode", mode)]);

        Assert.Equal(1, edge.ExitCode);
        Assert.Contains(edge.Errors, line => line.Contains("Edge:Model", StringComparison.Ordinal));
    }
}
