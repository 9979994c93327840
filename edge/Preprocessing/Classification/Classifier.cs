using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>The whole idea of the system in one place: look at the header, make pixels of the photograph, let the edge or the cluster decide.</summary>
internal sealed class Classifier(
    ImagePreprocessor preprocessor,
    Decider decider,
    EdgeVoter voter,
    IOptions<ClusterOptions> settings,
    DecodePlaces places,
    IOptions<ImageOptions> limits)
{
    /// <summary>Names what <paramref name="photo"/> shows.</summary>
    /// <exception cref="ImageRejectedException">The file is no photograph that can be shown to the models.</exception>
    /// <exception cref="InferenceException">Nobody can answer.</exception>
    public async Task<ClassificationAnswer> ClassifyAsync(PooledBody photo, StageClock clock, Deadline deadline, CancellationToken cancellationToken)
    {
        var request = Activity.Current;
        var header = Inspect(photo);
        clock.End(Stage.Inspect);
        using var pixels = PixelTensor.Rent(1);
        EdgeVote? vote;

        using (await places.EnterAsync(MemoryOf(header), deadline, cancellationToken).ConfigureAwait(false))
        {
            clock.End(Stage.Queue);
            Preprocess(photo, header, pixels, deadline, cancellationToken);
            clock.End(Stage.Preprocess);
            vote = decider.VoteFirst(pixels);
            clock.End(Stage.Infer);
        }

        var decision = await decider.DecideAsync(pixels, vote, clock, deadline, cancellationToken).ConfigureAwait(false);
        var image = new ImageDescription(header.Format, header.Width, header.Height, photo.Length);
        var result = ClassificationAnswer.Of(decision, voter.Served, image, clock, TraceReference.Current(settings.Value));
        RequestSummary.Answered(request, result.Prediction);
        return result;
    }

    private long MemoryOf(ImageHeader header) => CodecTable.MemoryOf(header, CodecTable.For(header, limits.Value.Codec));

    private ImageHeader Inspect(PooledBody photo)
    {
        using var span = Telemetry.Source.StartActivity("image.inspect");

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

    private void Preprocess(PooledBody photo, ImageHeader header, PixelTensor pixels, Deadline deadline, CancellationToken cancellationToken)
    {
        using var span = Telemetry.Source.StartActivity("image.preprocess");
        using var limit = deadline.Link(cancellationToken);

        try
        {
            var codec = preprocessor.Preprocess(photo.Memory.Span, header, pixels.Span, limit.Token);
            span?.SetTag("image.codec", CodecTable.NameOf(codec));
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
        finally
        {
            FreedMemory.GiveBack(MemoryOf(header));
        }
    }
}

/// <summary>
/// What was asked and what was answered, as text on the request's own span: a list of traces shows it without opening one. The names are those of the
/// OpenInference conventions (Arize-ai/openinference, spec/semantic_conventions.md), which MLflow reads; no pixel is in them.
/// </summary>
internal static class RequestSummary
{
    private const string Json = "application/json";

    public static void Asked(Activity? request, ImageHeader header, int bytes)
    {
        if (request is not { IsAllDataRequested: true })
        {
            return;
        }

        request.SetTag("image.format", header.Format)
            .SetTag("image.width", header.Width)
            .SetTag("image.height", header.Height)
            .SetTag("image.size", bytes)
            .SetTag("openinference.span.kind", "CHAIN")
            .SetTag("input.mime_type", Json)
            .SetTag("input.value", FormattableString.Invariant(
                $$"""{"format":"{{header.Format}}","width":{{header.Width}},"height":{{header.Height}},"size":{{bytes}}}"""));
    }

    public static void Answered(Activity? request, NamedClass answer)
    {
        if (request is { IsAllDataRequested: true })
        {
            request.SetTag("output.mime_type", Json).SetTag("output.value", FormattableString.Invariant(
                $$"""{"label":"{{JsonEncodedText.Encode(answer.Label)}}","probability":{{answer.Probability}}}"""));
        }
    }
}
