namespace InferenceTracing.Containers.Tests.Publishing;

/// <summary>What lets one builder make the images of both machines.</summary>
public sealed class DockerfileTests
{
    public static TheoryData<string> Projects => [.. Dockerfiles.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Build_Every_RunsOnTheBuilderAndPublishesForTheImage(string project)
    {
        var lines = Dockerfiles.Read(project);
        var folder = Path.GetDirectoryName(project);

        Assert.Contains(lines, line => line.StartsWith("FROM --platform=$BUILDPLATFORM ", StringComparison.Ordinal) && line.EndsWith(" AS build", StringComparison.Ordinal));
        Assert.Contains($"RUN dotnet restore {folder} -a $TARGETARCH", lines);
        Assert.Contains(lines, line => line.StartsWith($"RUN dotnet publish {folder} -a $TARGETARCH --no-restore ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Image_Every_RunsNothingWhileItIsBuilt(string project)
    {
        // A builder can copy into the image of another machine, but not run its programs.
        var image = Dockerfiles.Read(project).SkipWhile(line => !line.StartsWith("FROM mcr.microsoft.com/dotnet/aspnet:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(image);
        Assert.DoesNotContain(image, line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }
}
