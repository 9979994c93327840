using System.Globalization;

namespace InferenceTracing.Imaging;

/// <summary>
/// Reads a file's header and holds it against the limits. Nothing is decoded: the format is told by its first bytes, size and frames by
/// small parsers of our own, and that the file is complete by its end marker.
/// </summary>
internal static class ImageInspector
{
    private const int SignatureBytes = 12;

    /// <summary>The header of <paramref name="file"/>, whose picture keeps every limit in <paramref name="limits"/>.</summary>
    /// <exception cref="ImageRejectedException">
    /// 400: no bytes. 413: more bytes, pixels or memory than allowed. 415: no JPEG, PNG or WebP. 422: truncated, damaged, too small, or
    /// more frames or scans than allowed.
    /// </exception>
    public static ImageHeader Inspect(ReadOnlySpan<byte> file, ImageOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);

        if (file.IsEmpty)
        {
            throw new ImageRejectedException(ImageRejectedException.Empty, "The request has no image in it.", 400);
        }

        if (file.Length > limits.MaxBytes)
        {
            throw TooMuch(ImageRejectedException.TooLarge, $"The file has {file.Length} bytes; at most {limits.MaxBytes} are taken.");
        }

        var header = Read(file);
        Check(header, limits);
        return header;
    }

    private static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        // Padded, so that a file of a few bytes needs no care below.
        Span<byte> signature = stackalloc byte[SignatureBytes];
        file[..Math.Min(file.Length, SignatureBytes)].CopyTo(signature);

        if (signature.StartsWith(JpegHeader.Signature))
        {
            return JpegHeader.Read(file);
        }

        if (signature.StartsWith(PngHeader.Signature))
        {
            return PngHeader.Read(file);
        }

        if (signature.StartsWith("RIFF"u8) && signature[8..].SequenceEqual("WEBP"u8))
        {
            return WebpHeader.Read(file);
        }

        throw new ImageRejectedException(ImageRejectedException.Unsupported, "Only JPEG, PNG and WebP images are taken.", 415);
    }

    private static void Check(ImageHeader header, ImageOptions limits)
    {
        var (width, height) = (header.Width, header.Height);

        if (width > limits.MaxWidth || height > limits.MaxHeight || (long)width * height > limits.MaxPixels)
        {
            throw TooMuch(
                ImageRejectedException.TooManyPixels,
                $"The image has {width}×{height} pixels; at most {limits.MaxWidth}×{limits.MaxHeight} and {limits.MaxPixels} in all are taken.");
        }

        if (Math.Min(width, height) < limits.MinSide)
        {
            throw Unfit(ImageRejectedException.TooSmall, $"The image has {width}×{height} pixels; each side needs at least {limits.MinSide}.");
        }

        if (header.Frames > limits.MaxFrames)
        {
            throw Unfit(ImageRejectedException.TooManyFrames, $"The image has {header.Frames} frames; at most {limits.MaxFrames} are taken.");
        }

        if (header.Scans > limits.MaxScans)
        {
            throw Unfit(ImageRejectedException.TooManyScans, $"The image is stored in {header.Scans} scans; at most {limits.MaxScans} are taken.");
        }

        if (header.Scans * (long)width * height > limits.MaxScannedPixels)
        {
            throw Unfit(
                ImageRejectedException.TooManyScans,
                $"The image's {header.Scans} scans pass over {header.Scans * (long)width * height} pixels; at most {limits.MaxScannedPixels} are taken.");
        }

        var memory = CodecTable.MemoryOf(header, CodecTable.For(header, limits.Codec));

        if (memory > limits.MaxDecodeBytes)
        {
            throw TooMuch(
                ImageRejectedException.TooMuchMemory,
                $"Decoding the image may take {memory} bytes of memory; at most {limits.MaxDecodeBytes} are given.");
        }
    }

    private static ImageRejectedException TooMuch(string reason, FormattableString message) =>
        new(reason, message.ToString(CultureInfo.InvariantCulture), 413);

    private static ImageRejectedException Unfit(string reason, FormattableString message) =>
        new(reason, message.ToString(CultureInfo.InvariantCulture), 422);
}
