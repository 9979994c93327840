using InferenceTracing.Imaging;

namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>
/// What the models' own preprocessing makes of a picture, slowly: Pillow's <c>convert("RGB")</c>, EXIF turn, bicubic resize to 256
/// and centre crop 224, in double precision with Pillow's rounding to bytes between the two passes. Only the decoding to full size is libvips'.
/// </summary>
internal static class Reference
{
    private const int Crop = 224;
    private const int Shorter = 256;

    public static byte[] Preprocess(byte[] file, int orientation, string format)
    {
        var (width, height, rgb) = Turn(ToRgb(Decode(file, format), format), orientation);
        var longer = (int)((double)Shorter * Math.Max(width, height) / Math.Min(width, height));
        var (newWidth, newHeight) = width <= height ? (Shorter, longer) : (longer, Shorter);

        // Columns first, then rows, as Pillow does; rows are handled as columns of the transposed picture.
        var wide = ResizeColumns(rgb, width, height, newWidth);
        var full = Transpose(ResizeColumns(Transpose(wide, newWidth, height), height, newWidth, newHeight), newHeight, newWidth);

        var left = (int)Math.Round((newWidth - Crop) / 2.0, MidpointRounding.ToEven);
        var top = (int)Math.Round((newHeight - Crop) / 2.0, MidpointRounding.ToEven);
        var crop = new byte[Crop * Crop * 3];
        for (var y = 0; y < Crop; y++)
        {
            full.AsSpan((((top + y) * newWidth) + left) * 3, Crop * 3).CopyTo(crop.AsSpan(y * Crop * 3));
        }

        return crop;
    }

    private static unsafe Picture Decode(byte[] file, string format)
    {
        VipsLibrary.EnsureStarted();
        fixed (byte* memory = file)
        {
            var source = VipsNative.NewSource(memory, (nuint)file.Length);
            var image = new VipsOperation($"{format}load_source").Set("source", source).Run();
            var samples = VipsSavers.WriteToMemory(image, out var bytes);
            var picture = new Picture(
                VipsNative.Width(image), VipsNative.Height(image), VipsNative.Bands(image), new ReadOnlySpan<byte>(samples, (int)bytes).ToArray());
            VipsNative.Free(samples);
            VipsNative.Release(image);
            VipsNative.Release(source);
            return picture;
        }
    }

    private static (int Width, int Height, byte[] Rgb) ToRgb(Picture picture, string format)
    {
        var count = picture.Width * picture.Height;
        var channels = picture.Channels;
        var stride = picture.Samples.Length / count / channels;
        var rgb = new byte[count * 3];
        for (var i = 0; i < count; i++)
        {
            // Little endian: the upper eight of sixteen bits are the last.
            int At(int channel) => picture.Samples[(((i * channels) + channel + 1) * stride) - 1];
            for (var c = 0; c < 3; c++)
            {
                rgb[(i * 3) + c] = (byte)(channels switch
                {
                    1 => At(0),
                    2 => OverWhite(At(0), At(1)),
                    3 => At(c),
                    _ when format == "jpeg" => Math.Round((255 - At(c)) * (255 - At(3)) / 255.0),
                    _ => OverWhite(At(c), At(3)),
                });
            }
        }

        return (picture.Width, picture.Height, rgb);
    }

    private static double OverWhite(int value, int alpha) => Math.Round(((value * alpha) + (255.0 * (255 - alpha))) / 255);

    private static (int Width, int Height, byte[] Rgb) Turn((int Width, int Height, byte[] Rgb) stored, int orientation)
    {
        // The four turns and mirrors that lead from stored to upright, as Pillow's exif_transpose names them.
        return orientation switch
        {
            2 => Mirror(stored),
            3 => Rotate(Rotate(stored)),
            4 => Mirror(Rotate(Rotate(stored))),
            5 => Mirror(Rotate(stored)),
            6 => Rotate(stored),
            7 => Mirror(Rotate(Rotate(Rotate(stored)))),
            8 => Rotate(Rotate(Rotate(stored))),
            _ => stored,
        };
    }

    /// <summary>A quarter turn clockwise.</summary>
    private static (int Width, int Height, byte[] Rgb) Rotate((int Width, int Height, byte[] Rgb) picture) =>
        Mirror((picture.Height, picture.Width, Transpose(picture.Rgb, picture.Width, picture.Height)));

    private static (int Width, int Height, byte[] Rgb) Mirror((int Width, int Height, byte[] Rgb) picture)
    {
        var mirrored = new byte[picture.Rgb.Length];
        for (var i = 0; i < picture.Width * picture.Height; i++)
        {
            var (y, x) = Math.DivRem(i, picture.Width);
            picture.Rgb.AsSpan(((y * picture.Width) + picture.Width - 1 - x) * 3, 3).CopyTo(mirrored.AsSpan(i * 3));
        }

        return (picture.Width, picture.Height, mirrored);
    }

    private static byte[] Transpose(byte[] rgb, int width, int height)
    {
        var transposed = new byte[rgb.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                rgb.AsSpan(((y * width) + x) * 3, 3).CopyTo(transposed.AsSpan(((x * height) + y) * 3));
            }
        }

        return transposed;
    }

    private static byte[] ResizeColumns(byte[] rgb, int width, int height, int newWidth)
    {
        if (width == newWidth)
        {
            return rgb;
        }

        var scale = (double)width / newWidth;
        var widening = Math.Max(scale, 1);
        var resized = new byte[newWidth * height * 3];
        for (var x = 0; x < newWidth; x++)
        {
            var centre = (x + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - (2 * widening) + 0.5));
            var end = Math.Min(width, (int)(centre + (2 * widening) + 0.5));
            var weights = new double[end - first];
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] = Cubic((first + i + 0.5 - centre) / widening);
            }

            var total = weights.Sum();
            for (var y = 0; y < height; y++)
            {
                for (var c = 0; c < 3; c++)
                {
                    double sum = 0;
                    for (var i = 0; i < weights.Length; i++)
                    {
                        sum += weights[i] * rgb[(((y * width) + first + i) * 3) + c];
                    }

                    resized[(((y * newWidth) + x) * 3) + c] = (byte)Math.Clamp(Math.Round(sum / total), 0, 255);
                }
            }
        }

        return resized;
    }

    /// <summary>Keys' cubic convolution with a = -1/2.</summary>
    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? (((1.5 * x) - 2.5) * x * x) + 1
            : x < 2 ? ((((-0.5 * x) + 2.5) * x) - 4) * x + 2
            : 0;
    }
}
