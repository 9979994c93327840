namespace InferenceTracing.EndToEnd.Tests;

/// <summary>Every test photograph, through all processes, is named right and leaves one complete trace.</summary>
public sealed class ClassificationTests(RunningSystem system)
{
    public static TheoryData<string> Photographs => [.. SharedPhotos.Expected.Keys];

    [Theory]
    [MemberData(nameof(Photographs))]
    public async Task Classify_Photograph_NamesWhatItShows(string photo)
    {
        var bytes = SharedPhotos.Read(photo);
        var answer = await system.Edge.PostAsync(bytes);

        Assert.Equal(200, answer.Status);
        Assert.Contains(answer.Label, SharedPhotos.Expected[photo]);
    }

    [Theory]
    [MemberData(nameof(Photographs))]
    public async Task Classify_Photograph_EveryMemberVotesForIt(string photo)
    {
        var bytes = SharedPhotos.Read(photo);
        var answer = await system.Edge.PostAsync(bytes);

        var votes = answer.Body.GetProperty("votes").EnumerateArray().ToList();
        Assert.Equal(system.Members, votes.Select(vote => vote.GetProperty("model").GetString()!));
        Assert.All(votes, vote => Assert.Contains(vote.GetProperty("label").GetString()!, SharedPhotos.Expected[photo]));
    }

    [Theory]
    [MemberData(nameof(Photographs))]
    public async Task Classify_Photograph_LeavesOneCompleteTrace(string photo)
    {
        var bytes = SharedPhotos.Read(photo);
        var answer = await system.Edge.PostAsync(bytes);

        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        Assert.Empty(system.Shape.Problems(spans));
    }
}
