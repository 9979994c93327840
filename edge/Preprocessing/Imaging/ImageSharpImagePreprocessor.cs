using System.Buffers;
using InferenceTracing.OpenInference;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace InferenceTracing.Preprocessing.Imaging;

/// <summary>
/// Makes of a photograph what the models look at: decoded, upright, its shorter side resized to 256 pixels (bicubic), the central 224×224
/// of it as RGB. One instance serves any number of callers at once.
/// </summary>
/// <param name="limits">Of these <see cref="ImageLimits.DecodeTimeout"/> is used, and the size of a picture for what it may allocate.</param>
/// <param name="clock">What the time is measured with.</param>
internal sealed unsafe class ImagePreprocessor(ImageLimits limits, TimeProvider clock)
{
    private const int BytesPerMegabyte = 1024 * 1024;

    private readonly Configuration _configuration = Configure(limits);

    /// <summary>Nothing to load: the codec is managed code.</summary>
    public static void Load()
    {
    }

    /// <summary>Writes the picture's 224×224 pixels to <paramref name="rgb"/>, which holds anything after a failure.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">Its header, from <see cref="ImageInspector.Inspect"/>.</param>
    /// <param name="rgb">150,528 bytes: <c>[224, 224, 3]</c>, row by row.</param>
    /// <param name="cancellationToken">Stops the codec within a few kilobytes of the file.</param>
    /// <exception cref="ImageRejectedException">422: the file is damaged, or takes longer than <see cref="ImageLimits.DecodeTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public void Preprocess(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> rgb, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.Length, PixelTensor.BytesPerImage);

        fixed (byte* memory = file)
        {
            using var stream = new ImageSharpWatchedStream(memory, file.Length, limits.DecodeTimeout, clock, cancellationToken);
            try
            {
                stream.Check();
                using var image = Decode(stream, header);
                stream.Check();
                ResizeAndCrop(image, CropGeometry.For(header));
                Write(image, header.Orientation, rgb);
            }
            catch (TimeoutException late)
            {
                throw new ImageRejectedException(ImageRejectedException.TimedOut, "The image takes too long to decode.", 422, late);
            }
            catch (Exception failure) when (failure is not (ImageRejectedException or OperationCanceledException))
            {
                // Decoders meet damage with exceptions of every kind.
                throw ImageRejectedException.Damaged(header.Format, failure);
            }
        }
    }

    private static Configuration Configure(ImageLimits limits)
    {
        // Decoders of other formats are not registered at all; requests run beside each other already.
        var configuration = new Configuration(new JpegConfigurationModule(), new PngConfigurationModule(), new WebpConfigurationModule())
        {
            MaxDegreeOfParallelism = 1,
        };

        // A WebP's largest single buffer has 4 bytes a pixel, a PNG's row decoder less; coefficients are within MaxWorkingBytes.
        var bytes = Math.Max(4L * limits.MaxPixels, limits.MaxWorkingBytes);
        configuration.MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions
        {
            AllocationLimitMegabytes = (int)Math.Min(int.MaxValue, (bytes / BytesPerMegabyte) + 1),
        });
        return configuration;
    }

    private Image Decode(ImageSharpWatchedStream stream, ImageHeader header)
    {
        var shrink = header.Format == ImageFormat.Jpeg ? CropGeometry.ShrinkOnLoad(header.Width, header.Height) : 1;
        var options = new DecoderOptions
        {
            Configuration = _configuration,
            MaxFrames = 1,
            SkipMetadata = true,
            TargetSize = shrink == 1 ? null : new Size(Shrunk(header.Width, shrink), Shrunk(header.Height, shrink)),
        };
        ImageDecoder decoder = header.Format switch
        {
            ImageFormat.Jpeg => JpegDecoder.Instance,
            ImageFormat.Png => PngDecoder.Instance,
            _ => WebpDecoder.Instance,
        };

        // Had the decoder found another picture than the inspector, the limits would not hold.
        if (decoder.Identify(options, stream).Size != new Size(header.Width, header.Height))
        {
            throw ImageRejectedException.Damaged(header.Format);
        }

        stream.Position = 0;
        return header.Format == ImageFormat.Jpeg ? decoder.Decode<Rgb24>(options, stream) : decoder.Decode<Rgba32>(options, stream);
    }

    private static int Shrunk(int length, int shrink) => (length + shrink - 1) / shrink;

    private static void ResizeAndCrop(Image image, CropGeometry geometry) => image.Mutate(context =>
    {
        if (image is Image<Rgba32>)
        {
            // What is transparent becomes white, the colour of the page it was made for.
            context.BackgroundColor(Color.White);
        }

        context.Resize(new ResizeOptions
        {
            Mode = ResizeMode.Stretch,
            Size = new Size(geometry.Width, geometry.Height),
            Sampler = KnownResamplers.Bicubic,
            PremultiplyAlpha = false,
        });
        context.Crop(new Rectangle(geometry.Left, geometry.Top, PixelTensor.Side, PixelTensor.Side));
    });

    private static void Write(Image image, int orientation, Span<byte> rgb)
    {
        using var crop = image.CloneAs<Rgb24>();
        var stored = ArrayPool<byte>.Shared.Rent(PixelTensor.BytesPerImage);
        try
        {
            var pixels = stored.AsSpan(0, PixelTensor.BytesPerImage);
            crop.CopyPixelDataTo(pixels);
            PixelLayout.ToUprightRgb(pixels, PixelTensor.Channels, orientation, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }
}
