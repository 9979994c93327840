using Google.Protobuf;
using InferenceTracing.Imaging;
using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.Terminal;
using Microsoft.ML.OnnxRuntime;
using Spectre.Console;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>From a model and photographs to a quantised version of it in the repository, and what that costs.</summary>
internal static class QuantiseRun
{
    private const int BelowTheBar = 1;

    public static async Task<int> RunAsync(QuantiseOptions options, CancellationToken cancellationToken)
    {
        // What was asked for is looked at before anything is downloaded or computed.
        var photos = LabelledPhotos.Read(options.Photos, options.Calibrate, options.Evaluate);
        var repositories = ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY"));
        OutputFolder.Make("MODEL_REPOSITORY", repositories.Writable);
        var workplace = Directory.CreateTempSubdirectory("quantise-").FullName;

        try
        {
            using var store = new ModelStore(repositories, mayDownload: true, CommandProgram.OutsideProxy);
            var original = await store.OpenAsync(options.Model, new StageLines(), cancellationToken).ConfigureAwait(false);

            if (original.Untrained)
            {
                throw new CommandException($"{original.Name} is untrained here: of random weights there is nothing to keep.");
            }

            var graph = Path.Combine(workplace, "int8.onnx");
            await QuantiseAsync(original, photos.Calibrate, workplace, graph, cancellationToken).ConfigureAwait(false);
            var cost = await CompareAsync(original, graph, photos.HeldBack, cancellationToken).ConfigureAwait(false);

            if (cost.Likeness.Agreement < options.Agreement)
            {
                throw new CommandException(
                    FormattableString.Invariant($"It agrees with the original on {cost.Likeness.Agreement * 100:0.0} % only and is not kept: other photographs may help, or a lower --agreement."),
                    BelowTheBar);
            }

            var folder = await store.AddQuantisedAsync(original, graph, cancellationToken).ConfigureAwait(false);
            AnsiConsole.MarkupLineInterpolated($"  [green]✔[/] {folder}");
            AnsiConsole.WriteLine("Served with --Model:Precision=int8; the whole system with `dotnet run --project compose/local -- --precision int8`.");
            return 0;
        }
        catch (Exception failure) when (failure is InvalidDataException or OnnxRuntimeException or StartupException)
        {
            throw new CommandException($"{options.Model}: {failure.Message}");
        }
        finally
        {
            Directory.Delete(workplace, recursive: true);
        }
    }

    /// <summary>Writes the quantised graph.</summary>
    /// <param name="original">What is quantised.</param>
    /// <param name="photos">The photographs to calibrate with.</param>
    /// <param name="workplace">A folder for what is needed meanwhile.</param>
    /// <param name="graph">The file that is written.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">Too few of the photographs can be read.</exception>
    public static async Task QuantiseAsync(
        ServedModel original, IReadOnlyList<LabelledPhoto> photos, string workplace, string graph, CancellationToken cancellationToken)
    {
        var trained = FloatGraph.Load(original.GraphPath, workplace);
        var plan = new QuantisationPlan(trained);
        var decoder = new PhotoDecoder(new ImageOptions());
        using var calibrator = new Calibrator(trained, original.Config, plan.Activations);
        using var pixels = PixelTensor.Rent(1);

        await Steps.RunAsync($"Calibrating {plan.Activations.Count} tensors", photos, photo =>
        {
            if (Decode(decoder, photo, pixels, cancellationToken))
            {
                calibrator.Add(pixels.Span);
            }

            return Task.CompletedTask;
        }).ConfigureAwait(false);

        Check(calibrator.Photographs, "calibrate with");
        await File.WriteAllBytesAsync(graph, QuantisedGraph.Write(trained, plan, calibrator.Ranges()).ToByteArray(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<QuantisationCost> CompareAsync(
        ServedModel original, string graph, IReadOnlyList<LabelledPhoto> photos, CancellationToken cancellationToken)
    {
        using var trained = Network.Load(original, threads: 1);
        using var quantised = Network.Load(original with { GraphPath = graph }, threads: 1);
        trained.WarmUp(cancellationToken);
        quantised.WarmUp(cancellationToken);
        var cost = new QuantisationCost(trained, quantised);
        var decoder = new PhotoDecoder(new ImageOptions());
        using var pixels = PixelTensor.Rent(1);

        await Steps.RunAsync("Comparing on photographs held back", photos, photo =>
        {
            if (Decode(decoder, photo, pixels, cancellationToken))
            {
                cost.Add(pixels, photo.Class);
            }

            return Task.CompletedTask;
        }).ConfigureAwait(false);

        Check(cost.Likeness.Photographs, "hold back");
        AnsiConsole.Write(cost.ToTable(new FileInfo(original.GraphPath).Length, new FileInfo(graph).Length));
        return cost;
    }

    private static bool Decode(PhotoDecoder decoder, LabelledPhoto photo, PixelTensor pixels, CancellationToken cancellationToken)
    {
        if (decoder.TryDecode(photo.Path, pixels, out var why, cancellationToken))
        {
            return true;
        }

        AnsiConsole.MarkupLineInterpolated($"  [yellow]· {Path.GetFileName(photo.Path)} is left out: {why}[/]");
        return false;
    }

    private static void Check(int photographs, string purpose)
    {
        if (photographs < LabelledPhotos.Fewest)
        {
            throw new CommandException($"--photos: only {photographs} of the photographs to {purpose} can be read; {LabelledPhotos.Fewest} are needed at least.");
        }
    }

    /// <summary>A line for each stage of the search for the model.</summary>
    private sealed class StageLines : IProgress<ModelProgress>
    {
        private string? _last = "verifying";

        public void Report(ModelProgress value)
        {
            if (value.Stage != _last)
            {
                _last = value.Stage;
                AnsiConsole.MarkupLineInterpolated($"  [grey]· {value.Stage}[/]");
            }
        }
    }
}
