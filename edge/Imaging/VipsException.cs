using System.Runtime.InteropServices;

namespace InferenceTracing.Imaging;

/// <summary>
/// What libvips says of a failure, in one line. It keeps one list of errors for all threads, so under load the words may be of another
/// request's picture: for the log only, never for a caller, and never to decide by.
/// </summary>
internal sealed class VipsException(string message) : Exception(message)
{
    /// <summary>Takes what libvips has to say, and empties its list.</summary>
    public static unsafe VipsException Take()
    {
        var errors = VipsNative.TakeErrors();
        try
        {
            var text = Marshal.PtrToStringUTF8((nint)errors) ?? string.Empty;
            return new VipsException(text.ReplaceLineEndings("; ").TrimEnd(' ', ';'));
        }
        finally
        {
            VipsNative.Free(errors);
        }
    }
}
