using System.Text.Json;
using InferenceTracing.Runner;
using InferenceTracing.TestBed;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The edge's <c>calibrate</c> as one gives it, against the cluster that runs here, with the settings of the edge that runs here.</summary>
public sealed class CalibrateTests(RunningSystem system) : IDisposable
{
    private const int Photographs = 50;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("calibrate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Calibrate_OnLabelledPhotographs_WritesWhatTheEdgeMayUse()
    {
        var shared = Checkout.Find().SharedLabelled;
        Assert.SkipUnless(Directory.Exists(shared), "The labelled photographs (../shared/labelled) are not on this machine.");
        string[] labelled = [.. File.ReadLines(Path.Combine(shared, "labels.csv")).Take(Photographs + 1)];
        var photos = _folder.CreateSubdirectory("photos").FullName;
        File.WriteAllLines(Path.Combine(photos, "labels.csv"), [.. labelled, "torn.jpg" + labelled[1][labelled[1].IndexOf(',', StringComparison.Ordinal)..]]);
        File.WriteAllText(Path.Combine(photos, "torn.jpg"), "no photograph");
        Array.ForEach(labelled[1..], line => File.Copy(Path.Combine(shared, line.Split(',')[0]), Path.Combine(photos, line.Split(',')[0])));
        var answers = Path.Combine(_folder.FullName, "edge");

        var run = await CalibrateAsync(["--photos", photos, "--model", "mobilenetv2", "--agreement", "0.9", "--folder", answers]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(
            (string[])["left out: torn.jpg: ", "answered at the edge", "Of 50 labelled photographs", "Out of sample"],
            line => Assert.Contains(line, run.Output, StringComparison.Ordinal));
        var written = JsonDocument.Parse(File.ReadAllText(Path.Combine(answers, "calibration.json"))).RootElement;
        Assert.Equal(("mobilenetv2", "float32", 0.9, Photographs), (
            written.GetProperty("model").GetString(), written.GetProperty("precision").GetString(),
            written.GetProperty("wantedAgreement").GetDouble(), written.GetProperty("photographs").GetInt32()));
        Assert.InRange(written.GetProperty("threshold").GetDouble(), 0.1, 0.9999);
    }

    [Fact]
    public async Task Calibrate_NobodyAtTheCluster_IsOneLineAndWritesNothing()
    {
        var photos = _folder.CreateSubdirectory("photos").FullName;
        Array.ForEach([.. Enumerable.Range(0, Photographs)], i => File.WriteAllText(Path.Combine(photos, $"{i}.jpg"), ""));
        var nowhere = await LocalServer.NowhereAsync();

        var run = await CalibrateAsync(["--photos", photos, "--model", "mobilenetv2", "--folder", _folder.FullName, "--cluster", nowhere.ToString()]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("is not ready (unreachable)", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "calibration.json")));
    }

    private Task<CommandRun> CalibrateAsync(IEnumerable<string> arguments) => CommandRun.OfAsync(
        Checkout.Find().Executable("Preprocessing"), ["calibrate", .. arguments], variables: [.. system.Plan["preprocessing"].Settings.Select(setting => (setting.Key, setting.Value))]);
}
