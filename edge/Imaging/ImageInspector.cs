using System.Buffers.Binary;
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

/// <summary>What a file says of itself before anything is decoded.</summary>
/// <param name="Format">One of the names in <see cref="ImageFormat"/>.</param>
/// <param name="Width">Width in pixels as stored, before the orientation is applied.</param>
/// <param name="Height">Height in pixels as stored.</param>
/// <param name="Orientation">EXIF orientation, 1 … 8; 1 where the file has none or an invalid one.</param>
/// <param name="Frames">Frames of an animation; 1 for a still picture.</param>
/// <param name="Scans">Passes over the picture in which a JPEG is stored; 1 for the other formats.</param>
/// <param name="HeldBytes">
/// What any codec must hold at once: the coefficients of a JPEG in several scans, the whole of an interlaced PNG or of a WebP, and whatever compressed texts and
/// profiles of a PNG could inflate to. 0 for formats that are read row by row.
/// </param>
internal sealed record ImageHeader(string Format, int Width, int Height, int Orientation, int Frames, int Scans, long HeldBytes)
{
    private const int BytesOfRgb = 3;
    private const int BytesOfRgba = 4;

    /// <summary>True for a JPEG of four inks.</summary>
    public bool IsCmyk { get; init; }

    /// <summary>True for a JPEG without its last marker: the two bytes FF D9, or one of them.</summary>
    public bool EndIsMissing { get; init; }

    /// <summary>True for a PNG stored in seven passes (Adam7).</summary>
    public bool IsInterlaced { get; init; }

    /// <summary>True for a PNG with an alpha channel, or with a colour that is transparent.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>
    /// Bytes of a pixel at each step of libvips' chain, added up: as the file has it, cast to 8 bits, flattened. It computes 128 rows of the crop at once,
    /// for which it holds at each step up to three quarters of the picture.
    /// </summary>
    public int ChainBytesPerPixel { get; init; } = BytesOfRgba;

    /// <summary>What libvips takes at most.</summary>
    public long RowByRowBytes
    {
        get
        {
            // A PNG cannot be shrunk while it is read.
            var shrink = Format == ImageFormat.Png ? 1 : CropGeometry.ShrinkOnLoad(Width, Height);
            return HeldBytes + ((long)Width * Height / (shrink * shrink) * ChainBytesPerPixel * 3 / 4);
        }
    }

    /// <summary>What a codec takes at most that keeps all pixels, 8 bits a channel.</summary>
    public long WholeBytes => HeldBytes + ((long)Width * Height * (HasAlpha ? BytesOfRgba : BytesOfRgb));
}

/// <summary>The formats that are read, by the names that spans and answers use.</summary>
internal static class ImageFormat
{
    public const string Jpeg = "jpeg";
    public const string Png = "png";
    public const string Webp = "webp";
}

/// <summary>Finds the orientation in an EXIF block, which is a TIFF file without pixels (TIFF 6.0, section 2; Exif 2.32, 4.6.4).</summary>
internal static class ExifOrientation
{
    /// <summary>As stored: no turn, no mirror.</summary>
    public const int Upright = 1;

    private const int EntryBytes = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const ushort LongType = 4;

    /// <summary>The orientation, 1 … 8; 1 where <paramref name="tiff"/> has none, an invalid one, or is damaged: metadata never refuses a picture.</summary>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        // Some writers keep JPEG's prefix in PNG and WebP.
        if (tiff.StartsWith("Exif\0\0"u8))
        {
            tiff = tiff[6..];
        }

        var littleEndian = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || !(littleEndian || tiff.StartsWith("MM\0*"u8)))
        {
            return Upright;
        }

        var directory = UInt32(tiff[4..], littleEndian);
        if (directory > tiff.Length - 2)
        {
            return Upright;
        }

        var entries = tiff[(int)directory..];
        var count = UInt16(entries, littleEndian);
        entries = entries[2..];

        for (; count > 0 && entries.Length >= EntryBytes; count--, entries = entries[EntryBytes..])
        {
            if (UInt16(entries, littleEndian) != OrientationTag)
            {
                continue;
            }

            var value = UInt16(entries[2..], littleEndian) switch
            {
                ShortType => UInt16(entries[8..], littleEndian),
                LongType => UInt32(entries[8..], littleEndian),
                _ => 0u,
            };
            return value is >= 1 and <= 8 ? (int)value : Upright;
        }

        return Upright;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
