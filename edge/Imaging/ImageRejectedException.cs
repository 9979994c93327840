namespace InferenceTracing.Imaging;

/// <summary>A file that is not classified, through its own fault.</summary>
/// <param name="reason">Low-cardinality <c>error.type</c>, one of the constants here.</param>
/// <param name="message">One line for the caller; no path, nothing of the codec's own words.</param>
/// <param name="status">HTTP status: 400, 413, 415 or 422.</param>
/// <param name="innerException">What the codec said, for the log.</param>
internal sealed class ImageRejectedException(string reason, string message, int status, Exception? innerException = null)
    : Exception(message, innerException)
{
    public const string Empty = "image_empty";
    public const string Unsupported = "image_format_unsupported";
    public const string Truncated = "image_truncated";
    public const string Corrupt = "image_corrupt";
    public const string TooLarge = "image_too_large";
    public const string TooManyPixels = "image_too_many_pixels";
    public const string TooMuchMemory = "image_too_much_memory";
    public const string TooManyFrames = "image_too_many_frames";
    public const string TooManyScans = "image_too_many_scans";
    public const string TooSmall = "image_too_small";
    public const string TimedOut = "image_decode_timeout";

    /// <summary>The span's <c>error.type</c>.</summary>
    public string Reason { get; } = reason;

    /// <summary>HTTP status of the answer.</summary>
    public int Status { get; } = status;

    /// <summary>422: the file ends before the picture does.</summary>
    public static ImageRejectedException EndsEarly(string format) =>
        new(Truncated, $"The {Name(format)} file ends before the picture does.", 422);

    /// <summary>422: the file contradicts its own format.</summary>
    public static ImageRejectedException Damaged(string format, Exception? cause = null) =>
        new(Corrupt, $"The {Name(format)} file is damaged.", 422, cause);

    /// <summary>415: the format is known, but not this kind of it.</summary>
    public static ImageRejectedException UnsupportedKind(string format, string what) =>
        new(Unsupported, $"{what} {Name(format)} files are not supported.", 415);

    private static string Name(string format) => format switch
    {
        ImageFormat.Jpeg => "JPEG",
        ImageFormat.Png => "PNG",
        _ => "WebP",
    };
}
