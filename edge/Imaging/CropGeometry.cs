using InferenceTracing.OpenInference;

namespace InferenceTracing.Imaging;

/// <summary>
/// Where the model looks: the shorter side resized to 256 pixels, then the central 224×224 of it, with the roundings of torchvision's
/// <c>Resize(256)</c> and <c>CenterCrop(224)</c>. All figures are of the picture as stored, so that only the 224×224 need turning.
/// </summary>
/// <param name="Width">Width of the resized picture.</param>
/// <param name="Height">Height of the resized picture.</param>
/// <param name="Left">First column of the crop.</param>
/// <param name="Top">First row of the crop.</param>
internal readonly record struct CropGeometry(int Width, int Height, int Left, int Top)
{
    /// <summary>Length of the shorter side before the crop, in pixels.</summary>
    public const int ShorterSide = 256;

    /// <summary>The geometry for a picture stored as <paramref name="header"/> says.</summary>
    public static CropGeometry For(ImageHeader header)
    {
        var (width, height) = Resized(header.Width, header.Height);
        var (left, top) = (Offset(width), Offset(height));

        // Half-way offsets are rounded in the upright picture; a mirrored axis counts them from its other end.
        var mirroredColumns = header.Orientation is 2 or 3 or 7 or 8;
        var mirroredRows = header.Orientation is 3 or 4 or 6 or 7;
        return new CropGeometry(
            width,
            height,
            mirroredColumns ? width - PixelTensor.Side - left : left,
            mirroredRows ? height - PixelTensor.Side - top : top);
    }

    /// <summary>
    /// The factor by which a decoder may shrink while it decodes, 1, 2, 4 or 8: what it leaves is still at least twice the size wanted, so
    /// that the bicubic filter, not the decoder's average, decides the result.
    /// </summary>
    public static int ShrinkOnLoad(int width, int height) => (Math.Min(width, height) / (2 * ShorterSide)) switch
    {
        >= 8 => 8,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };

    private static (int Width, int Height) Resized(int width, int height) => width <= height
        ? (ShorterSide, (int)((long)ShorterSide * height / width))
        : ((int)((long)ShorterSide * width / height), ShorterSide);

    private static int Offset(int length) => (int)Math.Round((length - PixelTensor.Side) / 2.0, MidpointRounding.ToEven);
}
