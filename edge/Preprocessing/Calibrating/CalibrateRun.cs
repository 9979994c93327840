using InferenceTracing.Imaging;
using InferenceTracing.ModelRepository;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.Terminal;
using Microsoft.ML.OnnxRuntime;
using Spectre.Console;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>From photographs and a running cluster to a calibration of the edge's model, and what that brings.</summary>
internal static class CalibrateRun
{
    /// <summary>With fewer photographs neither a temperature nor an agreement means much.</summary>
    public const int Fewest = 50;

    private const int NoThreshold = 1;
    private const int Named = 5;

    public static async Task<int> RunAsync(CalibrateOptions options, CancellationToken cancellationToken)
    {
        // What was asked for is looked at before anything is downloaded or computed.
        var photos = PhotoLabels.Read(options.Photos, ProbabilitiesOutput.Classes);
        Check(photos.Count, options.Photos, "has");
        var settings = await CalibrateSettings.ReadAsync(options.Settings).ConfigureAwait(false);

        if (!settings.Edge.Votes)
        {
            throw new CommandException($"Name the edge's model: --model mobilenetv2, or the setting {EdgeOptions.Section}:{nameof(EdgeOptions.Model)}.");
        }

        var folder = OutputFolder.Make($"{EdgeOptions.Section}:{nameof(EdgeOptions.Folder)}", settings.Edge.Folder);

        try
        {
            using var ensemble = new PatientEnsemble(settings.Cluster, TimeProvider.System);
            await ensemble.CheckAsync(cancellationToken).ConfigureAwait(false);
            using var store = new ModelStore(settings.Repositories, settings.Edge.Download, CommandProgram.OutsideProxy);
            using var edge = await EdgeModel.LoadAsync(settings.Edge, store, new Progress<ModelProgress>(), cancellationToken).ConfigureAwait(false);

            if (edge.Served.Untrained)
            {
                throw new CommandException("it is untrained here: of random weights there is nothing to be sure of.");
            }

            var (judged, leftOut) = await new PhotoJury(new PhotoDecoder(settings.Images), edge, ensemble).JudgeAsync(photos, cancellationToken).ConfigureAwait(false);
            Report(leftOut);
            Check(judged.Count, options.Photos, "has, with those left out not counted,");
            return Conclude(judged, options.Agreement, folder, edge.Served, settings.Cluster.Model);
        }
        catch (Exception failure) when (failure is InvalidDataException or OnnxRuntimeException or StartupException)
        {
            throw new CommandException($"{settings.Edge.Model}: {failure.Message}");
        }
    }

    private static int Conclude(IReadOnlyList<JudgedPhoto> judged, double wanted, string folder, ServedModel served, string ensemble)
    {
        var temperature = TemperatureFit.Of(judged);
        var threshold = ThresholdChoice.Of(judged, temperature, wanted);
        AnsiConsole.Write(CalibrationTable.Of(judged, temperature, threshold));
        AnsiConsole.WriteLine(CalibrationTable.Caption(judged));

        if (threshold is not { } chosen)
        {
            throw new CommandException(
                FormattableString.Invariant($"No threshold is safe for an agreement of {wanted * 100:0.##} % on these {judged.Count} photographs: more of them may help, another model, or a lower --agreement. Nothing is written."),
                NoThreshold);
        }

        var unseen = ThresholdOutcome.OutOfSample(judged, wanted);
        AnsiConsole.WriteLine(
            $"Out of sample, each fifth of the photographs with the temperature and the threshold of the others: {CalibrationTable.Percent(unseen.Share)} answered at the edge, of which {CalibrationTable.Percent(unseen.Agreement)} agree.");

        new Calibration(served.Name, served.Version, served.Precision, temperature, chosen, wanted, judged.Count, ensemble).Write(folder);
        AnsiConsole.MarkupLineInterpolated(
            $"  [green]✔[/] {Path.Combine(folder, Calibration.FileName)}: {served.Name} {served.Version}, temperature {FormattableString.Invariant($"{temperature:0.000}, threshold {chosen:0.0000}")}");
        AnsiConsole.WriteLine($"Used with {EdgeOptions.Section}:{nameof(EdgeOptions.Mode)}=cascade, from the edge's next start on.");
        return 0;
    }

    private static void Report(IReadOnlyList<string> leftOut)
    {
        foreach (var line in leftOut.Take(Named))
        {
            AnsiConsole.MarkupLineInterpolated($"  [yellow]· left out: {line}[/]");
        }

        if (leftOut.Count > Named)
        {
            AnsiConsole.MarkupLineInterpolated($"  [yellow]· and {leftOut.Count - Named} more[/]");
        }
    }

    private static void Check(int photographs, string folder, string has)
    {
        if (photographs < Fewest)
        {
            throw new CommandException($"--photos: {folder} {has} {photographs} photographs; {Fewest} are needed at least.");
        }
    }
}
