using InferenceTracing.OpenInference;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>What is in the outbox, and what became of all that ever was since its file was made.</summary>
/// <param name="Rows">Answers in the file, with or without pixels.</param>
/// <param name="Pending">Those that wait for their judgement.</param>
/// <param name="Judged">Answers that were judged.</param>
/// <param name="Agreed">Of these, those that the cluster gave the same class.</param>
/// <param name="DroppedFull">Answers that went unjudged because newer ones needed the room.</param>
/// <param name="DroppedAge">Answers that went unjudged because they had waited too long.</param>
/// <param name="DroppedDisk">Answers that the disk did not take.</param>
internal sealed record OutboxCounts(long Rows, long Pending, long Judged, long Agreed, long DroppedFull, long DroppedAge, long DroppedDisk)
{
    /// <summary>Of the judged answers those that the cluster gave another class.</summary>
    public long Changed => Judged - Agreed;

    /// <summary>Answers that were never judged and never will be.</summary>
    public long Dropped => DroppedFull + DroppedAge + DroppedDisk;

    /// <summary>Bytes of the pixels that are kept.</summary>
    public long Bytes => Pending * PixelTensor.BytesPerImage;
}
