using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Imaging;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>The whole idea of the system in one place: look at the header, make pixels of the photograph, ask the ensemble.</summary>
internal sealed class Classifier(
    ImagePreprocessor preprocessor,
    ClusterClient cluster,
    IOptions<ClusterOptions> settings,
    MemoryBudget memory,
    IOptions<ImageOptions> limits,
    IOptions<PreprocessingOptions> options) : IDisposable
{
    private readonly PreprocessingOptions _options = options.Value;

    // Decoding is nothing but arithmetic: more of it at once than there are cores only makes everybody wait.
    private readonly SemaphoreSlim _decodeSlots = new(options.Value.DecodeSlots is var slots and > 0 ? slots : Environment.ProcessorCount);

    /// <summary>Names what <paramref name="photo"/> shows.</summary>
    /// <exception cref="ImageRejectedException">The file is no photograph that can be shown to the models.</exception>
    /// <exception cref="InferenceException">The ensemble cannot answer.</exception>
    public async Task<ClassificationAnswer> ClassifyAsync(PooledBody photo, Stopwatches clock, Deadline deadline, CancellationToken cancellationToken)
    {
        var request = Activity.Current;
        var header = Inspect(photo, clock);
        using var pixels = PixelTensor.Rent(1);

        await PreprocessAsync(photo, header, pixels, clock, deadline, cancellationToken).ConfigureAwait(false);

        using (clock.Time(Stage.Request))
        {
            var answer = await cluster.ClassifyAsync(pixels, _options.Top, deadline, cancellationToken).ConfigureAwait(false);
            var result = ClassificationAnswer.Of(answer, header, photo.Length, clock, TraceReference.Current(settings.Value));
            RequestSummary.Answered(request, result.Prediction);
            return result;
        }
    }

    public void Dispose() => _decodeSlots.Dispose();

    private ImageHeader Inspect(PooledBody photo, Stopwatches clock)
    {
        using var span = Telemetry.Source.StartActivity("image.inspect");
        using var time = clock.Time(Stage.Inspect);

        try
        {
            var header = ImageInspector.Inspect(photo.Memory.Span, limits.Value);
            RequestSummary.Asked(span?.Parent ?? Activity.Current, header, photo.Length);
            return header;
        }
        catch (ImageRejectedException rejected)
        {
            Telemetry.Fail(span, rejected.Reason, rejected.Message);
            throw;
        }
    }

    private async Task PreprocessAsync(
        PooledBody photo, ImageHeader header, PixelTensor pixels, Stopwatches clock, Deadline deadline, CancellationToken cancellationToken)
    {
        using var span = Telemetry.Source.StartActivity("image.preprocess");
        using var time = clock.Time(Stage.Preprocess);
        using var limit = deadline.Link(cancellationToken);

        try
        {
            var bytes = CodecTable.MemoryOf(header, CodecTable.For(header, limits.Value.Codec));
            using var taken = await memory.TakeForDecodingAsync(bytes, limit.Token).ConfigureAwait(false);
            await _decodeSlots.WaitAsync(limit.Token).ConfigureAwait(false);

            try
            {
                var codec = preprocessor.Preprocess(photo.Memory.Span, header, pixels.Span, limit.Token);
                span?.SetTag("image.codec", CodecTable.NameOf(codec));
            }
            finally
            {
                FreedMemory.GiveBack(bytes);
                _decodeSlots.Release();
            }
        }
        catch (ImageRejectedException rejected)
        {
            Telemetry.Fail(span, rejected.Reason, rejected.Message);
            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Telemetry.Fail(span, "deadline_exceeded");
            throw new InferenceException(StatusCodes.Status504GatewayTimeout, "deadline_exceeded", "The deadline passed before the photograph was decoded.");
        }
    }
}
