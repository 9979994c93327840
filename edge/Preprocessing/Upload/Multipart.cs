namespace InferenceTracing.Preprocessing.Upload;

/// <summary>What a form adds to the file it carries.</summary>
internal static class Multipart
{
    /// <summary>Bytes for boundaries, part headers and small other fields.</summary>
    public const int OverheadBytes = 64 * 1024;
}
