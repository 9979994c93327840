using System.Buffers;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Imaging;

/// <summary>
/// Makes of a photograph what the models look at: decoded, upright, its shorter side resized to 256 pixels (bicubic), the central 224×224
/// of it as RGB. One instance serves any number of callers at once.
/// </summary>
/// <param name="options">Of these <see cref="ImageOptions.Codec"/> and <see cref="ImageOptions.DecodeTimeout"/>; the limits the inspector has checked.</param>
/// <param name="clock">What the time is measured with.</param>
internal sealed class ImagePreprocessor(ImageOptions options, TimeProvider clock)
{
    private const int MaxChannels = 4;

    /// <summary>Loads the native library, so that one that is missing is known at the start and not at the first request.</summary>
    /// <exception cref="ServiceDefaults.StartupException">It cannot be loaded.</exception>
    public static void Load() => VipsLibrary.EnsureStarted();

    /// <summary>Writes the picture's 224×224 pixels to <paramref name="rgb"/>, which holds anything after a failure.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">Its header, from <see cref="ImageInspector.Inspect"/>.</param>
    /// <param name="rgb">150,528 bytes: <c>[224, 224, 3]</c>, row by row.</param>
    /// <param name="cancellationToken">Stops the codec within a few rows.</param>
    /// <returns>The codec that did it.</returns>
    /// <exception cref="ImageRejectedException">422: the file is damaged, or takes longer than <see cref="ImageOptions.DecodeTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public ImageCodec Preprocess(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> rgb, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.Length, PixelTensor.BytesPerImage);
        cancellationToken.ThrowIfCancellationRequested();

        var codec = CodecTable.For(header, options.Codec);
        using var timeUp = new CancellationTokenSource(options.DecodeTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        var crop = ArrayPool<byte>.Shared.Rent(PixelTensor.Side * PixelTensor.Side * MaxChannels);

        if (header.EndIsMissing)
        {
            file = (byte[])[.. file[^1] == 0xFF ? file[..^1] : file, 0xFF, 0xD9];
        }

        try
        {
            var channels = codec == ImageCodec.ImageSharp
                ? ImageSharpCodec.Decode(file, header, crop, stop.Token)
                : VipsCodec.Decode(file, header, crop, stop.Token);
            PixelLayout.ToUprightRgb(crop.AsSpan(0, PixelTensor.Side * PixelTensor.Side * channels), channels, header.Orientation, rgb);
            return codec;
        }
        catch (Exception failure) when (failure is VipsException || codec == ImageCodec.ImageSharp)
        {
            // ImageSharp meets damage with exceptions of every kind.
            cancellationToken.ThrowIfCancellationRequested();
            throw timeUp.IsCancellationRequested
                ? new ImageRejectedException(ImageRejectedException.TimedOut, "The image takes too long to decode.", 422, failure)
                : header.EndIsMissing ? ImageRejectedException.EndsEarly(header.Format) : ImageRejectedException.Damaged(header.Format, failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(crop);
        }
    }
}

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

/// <summary>Brings the 224×224 pixels of a codec, as stored and in their own colours, to upright RGB.</summary>
internal static class PixelLayout
{
    private const int Side = PixelTensor.Side;

    /// <summary>
    /// Copies <paramref name="stored"/> to <paramref name="rgb"/>, turned by <paramref name="orientation"/> (EXIF, 1 … 8).
    /// One channel is gray, three are RGB, four are CMYK (ink, 255 is full).
    /// </summary>
    public static void ToUprightRgb(ReadOnlySpan<byte> stored, int channels, int orientation, Span<byte> rgb)
    {
        if (channels == PixelTensor.Channels && orientation == ExifOrientation.Upright)
        {
            stored.CopyTo(rgb);
            return;
        }

        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                Colour(stored.Slice(StoredIndex(x, y, orientation) * channels, channels), rgb.Slice(((y * Side) + x) * 3, 3));
            }
        }
    }

    /// <summary>The stored pixel that belongs at column x, row y of the upright picture (Exif 2.32, 4.6.4 A, tag 274).</summary>
    private static int StoredIndex(int x, int y, int orientation)
    {
        const int last = Side - 1;
        return orientation switch
        {
            2 => (y * Side) + last - x,
            3 => ((last - y) * Side) + last - x,
            4 => ((last - y) * Side) + x,
            5 => (x * Side) + y,
            6 => ((last - x) * Side) + y,
            7 => ((last - x) * Side) + last - y,
            8 => (x * Side) + last - y,
            _ => (y * Side) + x,
        };
    }

    private static void Colour(ReadOnlySpan<byte> pixel, Span<byte> rgb)
    {
        switch (pixel.Length)
        {
            case 1:
                rgb.Fill(pixel[0]);
                break;
            case 4:
                // Without a profile ink is only known to take light away: (255 - ink) × (255 - black) / 255, as Pillow has it.
                var paper = 255 - pixel[3];
                rgb[0] = (byte)((((255 - pixel[0]) * paper) + 127) / 255);
                rgb[1] = (byte)((((255 - pixel[1]) * paper) + 127) / 255);
                rgb[2] = (byte)((((255 - pixel[2]) * paper) + 127) / 255);
                break;
            default:
                pixel.CopyTo(rgb);
                break;
        }
    }
}
