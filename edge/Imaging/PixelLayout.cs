using InferenceTracing.OpenInference;

namespace InferenceTracing.Imaging;

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
