using InferenceTracing.OpenInference;
using InferenceTracing.Photos;
using InferenceTracing.Terminal;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// The photographs of a folder, in two parts: those a model is calibrated with, and those held back, on which is measured what that cost. Which is which say the
/// folder's labels (<see cref="PhotoLabels"/>), where there are some; else every other file by name is held back.
/// </summary>
internal sealed record LabelledPhotos(IReadOnlyList<LabelledPhoto> Calibrate, IReadOnlyList<LabelledPhoto> HeldBack)
{
    /// <summary>With fewer neither a range nor a share means much.</summary>
    public const int Fewest = 10;

    /// <param name="folder">The folder.</param>
    /// <param name="calibrate">With how many to calibrate at most.</param>
    /// <param name="evaluate">How many to hold back at most.</param>
    /// <exception cref="FileNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="CommandException">There are too few, or the labels cannot be read.</exception>
    public static LabelledPhotos Read(string folder, int calibrate, int evaluate)
    {
        var photos = PhotoLabels.Read(folder, ProbabilitiesOutput.Classes);
        List<LabelledPhoto> first = [.. photos.Where((photo, i) => photo.Use is null ? i % 2 == 0 : photo.Use == PhotoUse.Calibrate).Take(calibrate)];
        List<LabelledPhoto> second = [.. photos.Where((photo, i) => photo.Use is null ? i % 2 == 1 : photo.Use == PhotoUse.Evaluate).Take(evaluate)];

        return Math.Min(first.Count, second.Count) >= Fewest
            ? new LabelledPhotos(first, second)
            : throw new CommandException(
                $"--photos: {folder} has {first.Count} photographs to calibrate with and {second.Count} to hold back; {Fewest} of each are needed at least.");
    }
}
