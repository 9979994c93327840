using System.Diagnostics;
using InferenceTracing.Photos;
using InferenceTracing.Runner;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The README's first command, as a process.</summary>
public sealed class LocalRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-local");

    public LocalRunTests()
    {
        foreach (var photo in DrawnPhotos.Draw())
        {
            File.WriteAllBytes(Path.Combine(_folder.FullName, photo.Name), photo.Bytes);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>As one sees it on a terminal of 80 columns, while two logs lie on a full disk.</summary>
    [Fact]
    public async Task Once_GoodPhotographs_AnswersAllAndLeavesNoProcess()
    {
        var logs = _folder.CreateSubdirectory("logs");
        File.CreateSymbolicLink(Path.Combine(logs.FullName, "gateway.log"), "/dev/full");
        File.CreateSymbolicLink(Path.Combine(logs.FullName, "ensemble.log"), "/dev/full");

        using var run = StartOnTerminal(columns: 80, "--once", "--photos", _folder.FullName);
        var output = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("4 of 4 photographs answered, 4 of 4 traces complete", output, StringComparison.Ordinal);
        var table = output.Split('\n').SkipWhile(line => !line.Contains('╭', StringComparison.Ordinal)).TakeWhile(line => !line.Contains('╰', StringComparison.Ordinal)).ToList();
        Assert.Equal(4, table.Count(line => line.Contains("drawn-", StringComparison.Ordinal)));
        Assert.Equal(8, table.Count(line => line.Contains("  efficientnet", StringComparison.Ordinal) || line.Contains("  mobilenet", StringComparison.Ordinal)));
        Assert.Single(output.Split('\n'), line => line.Contains("A log ends here", StringComparison.Ordinal));
        Assert.Empty(ServicesOf(_folder));
    }

    [Fact]
    public async Task Once_FileThatIsNoPhotograph_ExitsWith1()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "broken.jpg"), "no photograph", TestContext.Current.CancellationToken);

        using var run = Start("--once", "--photos", _folder.FullName);
        var output = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("4 of 5 photographs answered", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runner_Interrupted_StopsAllAndExitsWith0()
    {
        using var run = Start("--photos", _folder.FullName);
        using var patience = new CancellationTokenSource(Patience);
        await ReadUntilUpAsync(run, patience.Token);

        using var interrupt = Process.Start("kill", ["-INT", $"{run.Id}"]);
        await run.WaitForExitAsync(patience.Token);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(ServicesOf(_folder));
    }

    [Fact]
    public async Task Runner_Killed_NothingItStartedOutlivesIt()
    {
        using var run = Start("--photos", _folder.FullName);
        using var patience = new CancellationTokenSource(Patience);
        await ReadUntilUpAsync(run, patience.Token);
        Assert.Equal(6, ServicesOf(_folder).Count);

        run.Kill(entireProcessTree: false);

        while (ServicesOf(_folder).Count > 0)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task ReadUntilUpAsync(Process run, CancellationToken cancellationToken)
    {
        while (await run.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains("stays up until", StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail("The runner ended before everything was up.");
    }

    /// <summary>Processes whose log folder is ours: every service of this run inherits the runner's environment.</summary>
    private static List<int> ServicesOf(DirectoryInfo folder) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)).Where(name => int.TryParse(name, out _)).Select(int.Parse)
            .Where(id => EnvironmentOf(id).Contains($"RUN_MARK={folder.FullName}", StringComparison.Ordinal)
                && EnvironmentOf(id).Contains("StopWithParent=true", StringComparison.Ordinal)),
    ];

    private static string EnvironmentOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private Process Start(params string[] arguments) => Start(Checkout.Find().Executable("Runner"), [.. arguments, .. Always]);

    private Process StartOnTerminal(int columns, params string[] arguments)
    {
        string[] words = [Checkout.Find().Executable("Runner"), .. arguments, .. Always];
        return Start("script", ["-qec", $"stty cols {columns}; {string.Join(' ', words.Select(word => $"'{word}'"))}", "/dev/null"]);
    }

    private string[] Always => ["--free-ports", "--logs", Path.Combine(_folder.FullName, "logs")];

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RUN_MARK"] = _folder.FullName;

        // A machine that is busy answers late, and not wrongly: the services take these from the runner.
        start.Environment["Preprocessing__Timeout"] = "00:00:30";
        start.Environment["Ensemble__Patience"] = "00:00:05";

        // The proxy of a machine, which is not for calls from one part to another: nobody listens there.
        start.Environment["http_proxy"] = "http://127.0.0.1:9";
        return Process.Start(start)!;
    }
}
