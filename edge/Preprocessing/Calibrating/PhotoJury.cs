using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.Terminal;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>Shows photographs to the edge's model and to the ensemble. One that cannot be read, or is not answered, is left out and costs nothing else.</summary>
internal sealed class PhotoJury(PhotoDecoder decoder, EdgeModel edge, PatientEnsemble ensemble)
{
    /// <summary>Few enough to leave the cluster to live photographs, and enough to decode one while another is answered.</summary>
    private const int AtOnce = 2;

    /// <summary>Those that both have seen, in their order, and what kept the others from it, a line each.</summary>
    /// <exception cref="CommandException">The ensemble answers nothing.</exception>
    public async Task<(IReadOnlyList<JudgedPhoto> Judged, IReadOnlyList<string> LeftOut)> JudgeAsync(IReadOnlyList<LabelledPhoto> photos, CancellationToken cancellationToken)
    {
        var judged = new JudgedPhoto?[photos.Count];
        var why = new string?[photos.Count];

        await Steps.RunAsync(
            "Asking the edge and the ensemble",
            [.. photos.Index()],
            async each => (judged[each.Index], why[each.Index]) = await JudgeAsync(each.Item, cancellationToken).ConfigureAwait(false),
            AtOnce).ConfigureAwait(false);

        return ([.. judged.OfType<JudgedPhoto>()], [.. why.OfType<string>()]);
    }

    private async Task<(JudgedPhoto? Judged, string? Why)> JudgeAsync(LabelledPhoto photo, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(photo.Path);
        using var pixels = PixelTensor.Rent(1);

        try
        {
            if (!decoder.TryDecode(photo.Path, pixels, out var why, cancellationToken))
            {
                return (null, $"{name}: {why}");
            }

            var probabilities = new float[ProbabilitiesOutput.Classes];
            edge.Run(pixels, probabilities);
            return (new JudgedPhoto(probabilities, await ensemble.AskAsync(pixels, cancellationToken).ConfigureAwait(false), photo.Class), null);
        }
        catch (Exception failure) when (failure is InferenceException or IOException or UnauthorizedAccessException)
        {
            return (null, $"{name}: {failure.Message}");
        }
    }
}
