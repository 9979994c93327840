namespace InferenceTracing.Containers.Tests.Publishing;

/// <summary>What an image carries is for its own machine, and for no other.</summary>
[Collection(PublishedProgramsGroup.Name)]
public sealed class PublishTests(PublishedPrograms programs)
{
    public static TheoryData<string, string> Programs =>
        [.. from project in Dockerfiles.Projects from machine in PublishedPrograms.Machines select (project, machine)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Publish_ForAMachine_CarriesItsNativeCodeAndNoOther(string project, string machine)
    {
        var folder = programs.FolderOf(project, machine);
        var name = Path.GetFileNameWithoutExtension(project);
        string[] expected = [name, .. LibrariesOf(name)];

        var native = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (File: Path.GetRelativePath(folder, file), Machine: NativeCode.MachineOf(file)))
            .Where(file => file.Machine is not null)
            .Order();

        // By their paths, so that none lies in a folder of another system either.
        Assert.Equal(expected.Select(file => (file, (string?)machine)).Order(), native);
    }

    /// <summary>The native libraries a program loads. The second of ONNX Runtime's is for accelerators, and comes with the first.</summary>
    private static string[] LibrariesOf(string program) => program switch
    {
        "Preprocessing" => ["libe_sqlite3.so", "libonnxruntime.so", "libonnxruntime_providers_shared.so", "libvips.so.42"],
        "TraceStore" => ["libe_sqlite3.so"],
        "ModelServer" => ["libonnxruntime.so", "libonnxruntime_providers_shared.so", "libvips.so.42"],
        _ => [],
    };
}
