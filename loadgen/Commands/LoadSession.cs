using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Progress;
using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;
using InferenceTracing.Photos;
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
    public async Task<int> RunAsync(Func<ScenarioSettings> settings, string? folder, string engine, CancellationToken cancellationToken)
    {
        try
        {
            var scenario = ScenarioBuilder.Build(settings());
            var photos = PhotoFolder.Read(scenario.Photos);
            using var telemetry = LoadTelemetry.Start();
            var system = await Preflight.AskAsync(scenario, photos, cancellationToken);

            return await RunAsync(scenario, photos, system, telemetry, folder, engine, cancellationToken);
        }
        catch (Exception failure) when (failure is UsageException or FileNotFoundException)
        {
            await error.WriteLineAsync(failure.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped before anything was measured.");
            return ExitCode.Usage;
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

        if (folder is not (null or "none"))
        {
            console.MarkupLineInterpolated($"Report: {Path.GetFullPath(ReportFiles.Write(Report, folder))}");
        }

        return Report.RequirementsMet && (traces is not null || !scenario.MustCheckTraces || scenario.CheckTraces == 0) ? ExitCode.Met : ExitCode.Missed;
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
