namespace InferenceTracing.Imaging;

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
