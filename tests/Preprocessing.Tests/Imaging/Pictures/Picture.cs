using System.Runtime.InteropServices;
using InferenceTracing.Imaging;

namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>Pixels in memory that libvips' own savers turn into files: <c>[Height, Width, Channels]</c>, 8 or 16 bits.</summary>
internal sealed class Picture(int width, int height, int channels, byte[] samples, bool sixteenBit = false)
{
    private const int UnsignedChar = 0;
    private const int UnsignedShort = 2;
    private const int Cmyk = 15;
    private const int Rgb16 = 25;
    private const int Grey16 = 26;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public int Channels { get; } = channels;

    public byte[] Samples { get; } = samples;

    /// <summary>A scene with soft and hard edges and no symmetry: gradients, a disc, stripes.</summary>
    public static Picture Scene(int width, int height, int channels = 3)
    {
        var samples = new byte[width * height * channels];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < channels; c++)
                {
                    samples[(((y * width) + x) * channels) + c] = Sample((double)x / width, (double)y / height, c);
                }
            }
        }

        return new Picture(width, height, channels, samples);
    }

    /// <summary>The same picture in 16 bits a sample, the lower eight filled with something else.</summary>
    public Picture InSixteenBits()
    {
        var wide = new ushort[Samples.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = (ushort)((Samples[i] << 8) | (i * 37 % 256));
        }

        return new Picture(Width, Height, Channels, MemoryMarshal.AsBytes<ushort>(wide).ToArray(), sixteenBit: true);
    }

    /// <summary>The file that libvips writes for a suffix with options, such as <c>.jpg[Q=90,interlace]</c>.</summary>
    /// <param name="suffix">Format and options.</param>
    /// <param name="inks">True where four channels are inks and not RGBA.</param>
    /// <param name="frameHeight">Height of a frame where the picture is a strip of frames.</param>
    public unsafe byte[] Save(string suffix, bool inks = false, int frameHeight = 0)
    {
        VipsLibrary.EnsureStarted();
        fixed (byte* memory = Samples)
        {
            var raw = VipsSavers.NewImageCopy(
                memory, (nuint)Samples.Length, Width, Height, Channels, sixteenBit ? UnsignedShort : UnsignedChar);
            var image = raw;
            if (inks || sixteenBit)
            {
                var interpretation = inks ? Cmyk : Channels < 3 ? Grey16 : Rgb16;
                image = new VipsOperation("copy").Set("in", raw).Set("interpretation", interpretation).Run();
                VipsNative.Release(raw);
            }

            if (frameHeight > 0)
            {
                VipsSavers.SetInt32(image, "page-height", frameHeight);
            }

            var failed = VipsSavers.WriteToBuffer(image, suffix, out var buffer, out var bytes, 0) != 0;
            VipsNative.Release(image);
            if (failed)
            {
                throw VipsException.Take();
            }

            var file = new ReadOnlySpan<byte>(buffer, (int)bytes).ToArray();
            VipsNative.Free(buffer);
            return file;
        }
    }

    private static byte Sample(double x, double y, int channel)
    {
        var value = channel switch
        {
            0 => 255 * x,
            1 => 255 * y,
            2 => 128 + (100 * Math.Sin(40 * (x + (2 * y)))),
            _ => 255 * (1 - (x * y)),
        };
        var inDisc = Math.Pow(x - 0.4, 2) + Math.Pow(y - 0.45, 2) < 0.04;
        return (byte)Math.Clamp(inDisc ? 255 - value : value, 0, 255);
    }
}
