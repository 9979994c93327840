using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The same photographs through a system whose edge leaves all decoding to libvips; everything else is tested with the default codec.</summary>
public sealed class LibvipsTests(LibvipsSystem system) : IClassFixture<LibvipsSystem>
{
    public static TheoryData<string> Photographs => [.. SharedPhotos.Expected.Keys];

    [Theory]
    [MemberData(nameof(Photographs))]
    public async Task Classify_Photograph_NamesWhatItShowsAndWhoDecodedIt(string photo)
    {
        var answer = await system.Edge.PostAsync(SharedPhotos.Read(photo));

        Assert.Equal(200, answer.Status);
        Assert.Contains(answer.Label, SharedPhotos.Expected[photo]);
        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        Assert.Equal("libvips", spans.Single(span => span.Name == "image.preprocess").Tags["image.codec"]);
    }
}

/// <summary>A system of its own with <c>Images:Codec=libvips</c>.</summary>
public sealed class LibvipsSystem : RunningSystem
{
    private protected override void Settle(ServicePlan plan) => plan["preprocessing"].Settings["Images__Codec"] = "libvips";
}
