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

    /// <param name="settings">The settings, which may be wrong.</param>
    /// <param name="folder">Where the files go; <c>none</c> for nowhere.</param>
    /// <param name="engine"><c>own</c> or <c>nbomber</c>.</param>
    /// <param name="cancellationToken">Ends the load; the report follows.</param>
    /// <exception cref="CommandException">Nothing was measured: the settings are wrong, or nobody answers.</exception>
    /// <exception cref="IOException">Nothing was measured: a photograph cannot be read.</exception>
    public async Task<int> RunAsync(Func<ScenarioSettings> settings, string? folder, string engine, CancellationToken cancellationToken)
    {
        try
        {
            var scenario = ScenarioBuilder.Build(settings());
            var photos = PhotoFolder.Read(scenario.Photos);
            folder = folder is null or "none" ? null : OutputFolder.Make("--report", folder);
            using var telemetry = LoadTelemetry.Start();
            var system = await Preflight.AskAsync(scenario, photos, cancellationToken);

            return await RunAsync(scenario, photos, system, telemetry, folder, engine, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new UsageException("Stopped before anything was measured.");
        }
    }

    private async Task<int> RunAsync(
        Scenario scenario, IReadOnlyList<Photograph> photos, SystemDescription system, LoadTelemetry telemetry, string? folder, string engine, CancellationToken cancellationToken)
    {
        var console = Open(output);
        var started = time.GetUtcNow();
        IProgressView view = console.Profile.Capabilities.Interactive ? new LiveView(scenario, console) : new PlainLines(scenario, output);
        console.MarkupLineInterpolated($"{scenario.Load} on {string.Join(", ", scenario.Targets)} with {photos.Count} photographs; members: {string.Join(", ", system.Members.DefaultIfEmpty("unknown"))}");

        Measured measured;

        using (var client = new PhotoClient(scenario, photos))
        {
            measured = await LoadRun.RunAsync(scenario, engine, client, view, time, cancellationToken);
        }

        // Somebody who stops the load wants what there is: the traces of what was answered are part of it.
        var (traces, reason) = await TraceCheckStep.RunAsync(scenario, system, measured, telemetry, time, CancellationToken.None);
        Report = LoadReport.Of(new RunRecord(scenario, started, Describe(photos), system, measured, traces, reason));
        ConsoleReport.Print(console, Report);

        if (folder is not null)
        {
            await WriteAsync(console, Report, folder);
        }

        return Report.RequirementsMet && (traces is not null || !scenario.MustCheckTraces || scenario.CheckTraces == 0) ? ExitCode.Met : ExitCode.Missed;
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
