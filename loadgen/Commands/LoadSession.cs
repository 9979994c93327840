using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Progress;
using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;
using InferenceTracing.Photos;
using InferenceTracing.Terminal;
using Spectre.Console;

namespace InferenceTracing.LoadGenerator.Commands;

/// <summary>One call of the command: settings, a look whether anybody is there, the load, the traces, the report, the exit code.</summary>
internal sealed class LoadSession(TextWriter output, TextWriter error, TimeProvider time)
{
    private const int WidthOfAPipe = 160;

    /// <summary>The last run's report.</summary>
    public LoadReport? Report { get; private set; }

    /// <param name="call">What the command line says.</param>
    /// <param name="cancellationToken">Ends the load; the report follows.</param>
    /// <exception cref="CommandException">Nothing was measured: the settings are wrong, or nobody answers.</exception>
    /// <exception cref="IOException">Nothing was measured: a photograph cannot be read.</exception>
    public async Task<int> RunAsync(LoadCall call, CancellationToken cancellationToken)
    {
        try
        {
            var scenario = ScenarioBuilder.Build(call.Settings());
            // Before the files are written: the earlier report may be the one that they replace.
            var before = call.Compare is { } path ? Comparison.Read(path) : null;
            var photos = PhotoFolder.Read(scenario.Photos);
            var folder = call.Folder is null or "none" ? null : OutputFolder.Make("--report", call.Folder);
            using var telemetry = LoadTelemetry.Start();
            var system = await Preflight.AskAsync(scenario, photos, cancellationToken);

            Report = await MeasureAsync(call, scenario, photos, system, telemetry, cancellationToken);
            Report = before is null ? Report : Report with { Compared = Comparison.Of(Report, before) };
            var console = Open(output);
            ConsoleReport.Print(console, Report);

            if (folder is not null)
            {
                await WriteAsync(console, Report, folder);
            }

            return Report.Verdict.State == VerdictState.Bad ? ExitCode.Missed : ExitCode.Met;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new UsageException("Stopped before anything was measured.");
        }
    }

    private async Task<LoadReport> MeasureAsync(
        LoadCall call, Scenario scenario, IReadOnlyList<Photograph> photos, SystemDescription system, LoadTelemetry telemetry, CancellationToken cancellationToken)
    {
        var console = Open(output);
        var started = time.GetUtcNow();
        IProgressView view = console.Profile.Capabilities.Interactive ? new LiveView(scenario, console) : new PlainLines(scenario, output);
        console.MarkupLineInterpolated($"{scenario.Load} on {string.Join(", ", scenario.Targets)} with {photos.Count} photographs; members: {string.Join(", ", system.Members.DefaultIfEmpty("unknown"))}");

        Measured measured;

        using (var client = new PhotoClient(scenario, photos))
        {
            measured = await LoadRun.RunAsync(scenario, call.Engine, client, view, time, cancellationToken);
        }

        // Somebody who stops the load wants what there is: the traces of what was answered are part of it.
        var (traces, reason) = await TraceCheckStep.RunAsync(scenario, system, measured, telemetry, time, CancellationToken.None);
        return LoadReport.Of(new RunRecord(scenario, started, call.CommandLine, Describe(photos), system, measured, traces, reason));
    }

    /// <summary>A disk that is full by now ends the files; what was measured has been said, and holds.</summary>
    private async Task WriteAsync(IAnsiConsole console, LoadReport report, string folder)
    {
        try
        {
            console.MarkupLineInterpolated($"Report: {ReportFiles.Write(report, folder)}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"--report: the files are not whole: {failure.Message}");
        }
    }

    private static string Describe(IReadOnlyList<Photograph> photos) => photos.Count == 1
        ? photos[0].Name
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{photos.Count} photographs, {photos.Average(photo => photo.Bytes.Length) / 1024:0} KiB on average");

    /// <summary>The terminal as it is; a pipe or a file gets plain text of a fixed width.</summary>
    private static IAnsiConsole Open(TextWriter output)
    {
        if (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = WidthOfAPipe;
        return console;
    }
}

/// <summary>What the command line says.</summary>
/// <param name="Settings">The scenario's settings, which may be wrong.</param>
/// <param name="Folder">Where the files go; <c>none</c> or null for nowhere.</param>
/// <param name="Engine"><c>own</c> or <c>nbomber</c>.</param>
/// <param name="Compare">The report.json of an earlier run; null for none.</param>
/// <param name="CommandLine">How the program was called, for the report; without secrets.</param>
internal sealed record LoadCall(Func<ScenarioSettings> Settings, string? Folder, string Engine, string? Compare, string CommandLine);
