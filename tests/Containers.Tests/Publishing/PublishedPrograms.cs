using InferenceTracing.Drills;

namespace InferenceTracing.Containers.Tests.Publishing;

/// <summary>Every project that has an image, published once for both machines, beside the checkout's own build.</summary>
public sealed class PublishedPrograms : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("published-").FullName;
    private ProgramRun? _build;

    /// <summary>Runtime identifiers: what <c>-a amd64</c> and <c>-a arm64</c> become.</summary>
    public static IReadOnlyList<string> Machines { get; } = ["linux-x64", "linux-arm64"];

    /// <summary>Where the program lies; fails where publishing did.</summary>
    public string FolderOf(string project, string machine)
    {
        Assert.True(_build!.ExitCode == 0, _build.Output);
        return Path.Combine(_folder, "publish", Path.GetFileNameWithoutExtension(project), $"release_{machine}");
    }

    public async ValueTask InitializeAsync()
    {
        var build = Path.Combine(_folder, "publish.proj");
        await File.WriteAllTextAsync(build, Build());
        // No node of this build outlives it.
        _build = await ProgramRun.OfAsync("dotnet", ["msbuild", build, "-m", "-nodeReuse:false", "-noLogo", "-verbosity:quiet"]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// One build for all of them, in which what they share is compiled once, and by one compiler: a build whose nodes are not reused would start
    /// one for each project. Style is looked at where the checkout is built.
    /// </summary>
    private string Build()
    {
        var projects = string.Join(';', Dockerfiles.Projects.Select(project => CheckoutFiles.At(project)));
        var programs = Machines.Select(machine => $"""<Program Include="{projects}" AdditionalProperties="RuntimeIdentifier={machine}" />""");

        return $"""
            <Project DefaultTargets="Publish">
              <ItemGroup>
                {string.Join('\n', programs)}
              </ItemGroup>
              <Target Name="Publish">
                <MSBuild Projects="{projects}" Targets="Restore" Properties="ArtifactsPath={_folder};RuntimeIdentifiers={string.Join(';', Machines)}" />
                <MSBuild Projects="@(Program)" Targets="Publish" BuildInParallel="true"
                         Properties="ArtifactsPath={_folder};Configuration=Release;SelfContained=false;RunAnalyzers=false;UseSharedCompilation=true" />
              </Target>
            </Project>
            """;
    }
}

/// <summary>Publishing takes all cores, so no test that looks at the clock runs beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PublishedProgramsGroup : ICollectionFixture<PublishedPrograms>
{
    public const string Name = "published programs";
}
