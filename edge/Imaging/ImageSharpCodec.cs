using InferenceTracing.OpenInference;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace InferenceTracing.Imaging;

/// <summary>Decodes, resizes and crops with ImageSharp the files that <see cref="CodecTable"/> gives it.</summary>
internal static unsafe class ImageSharpCodec
{
    private const int BytesPerMegabyte = 1024 * 1024;

    private static readonly JpegDecoder Jpeg = new() { IgnoreMetadata = true };
    private static readonly PngDecoder Png = new() { IgnoreMetadata = true };

    // Its own, not the default one: no other decoder is in it, requests run beside each other already, and a file that lies about itself gets no
    // more than it was admitted with.
    private static readonly Configuration Own = new(new JpegConfigurationModule(), new PngConfigurationModule())
    {
        MaxDegreeOfParallelism = 1,
        MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions
        {
            AllocationLimitMegabytes = (int)(CodecTable.MaxImageSharpBytes / BytesPerMegabyte),
            MaximumPoolSizeMegabytes = (int)(CodecTable.MaxImageSharpBytes / BytesPerMegabyte),
        }),
    };

    /// <summary>Writes the 224×224 crop to <paramref name="crop"/>, RGB as it is stored, and answers its channels: 3.</summary>
    /// <exception cref="Exception">Of any type: the file is damaged, or <paramref name="stop"/> was asked for.</exception>
    public static int Decode(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> crop, CancellationToken stop)
    {
        fixed (byte* memory = file)
        {
            using var stream = new WatchedStream(memory, file.Length, stop);

            // Had the decoder found another picture than the inspector, the limits would not hold.
            var found = header.Format == ImageFormat.Jpeg ? Jpeg.Identify(Own, stream, stop) : Png.Identify(Own, stream, stop);

            if (found.Width != header.Width || found.Height != header.Height)
            {
                throw new InvalidImageContentException($"the codec sees {found.Width}x{found.Height} pixels, the inspector {header.Width}x{header.Height}");
            }

            stream.Position = 0;

            if (header.HasAlpha)
            {
                using var image = Png.Decode<Rgba32>(Own, stream, stop);
                image.Mutate(context => Crop(context.BackgroundColor(Color.White), header));
                using var opaque = image.CloneAs<Rgb24>();
                opaque.CopyPixelDataTo(crop);
            }
            else
            {
                using var image = header.Format == ImageFormat.Jpeg ? Jpeg.Decode<Rgb24>(Own, stream, stop) : Png.Decode<Rgb24>(Own, stream, stop);
                stop.ThrowIfCancellationRequested();
                image.Mutate(context => Crop(context, header));
                image.CopyPixelDataTo(crop);
            }
        }

        return PixelTensor.Channels;
    }

    /// <summary>Gives back what is kept for the next picture.</summary>
    public static void Release() => Own.MemoryAllocator.ReleaseRetainedResources();

    /// <summary>Resizes into a rectangle that is larger than the picture to be: only what is seen of it is computed.</summary>
    private static void Crop(IImageProcessingContext context, ImageHeader header)
    {
        var geometry = CropGeometry.For(header);
        context.Resize(new ResizeOptions
        {
            Mode = ResizeMode.Manual,
            Size = new Size(PixelTensor.Side, PixelTensor.Side),
            TargetRectangle = new Rectangle(-geometry.Left, -geometry.Top, geometry.Width, geometry.Height),
            Sampler = KnownResamplers.Bicubic,
            PremultiplyAlpha = false,
        });
    }

    /// <summary>
    /// The file, as a stream that breaks off when nobody waits for it any more: the PNG decoder looks at no token, but reads a few kilobytes at a
    /// time. The memory must stay where it is while the stream is read.
    /// </summary>
    private sealed class WatchedStream(byte* file, long bytes, CancellationToken stop) : UnmanagedMemoryStream(file, bytes)
    {
        /// <inheritdoc/>
        public override int Read(byte[] buffer, int offset, int count)
        {
            // For a derived class the base reads spans through this method, so it is the only one to override.
            stop.ThrowIfCancellationRequested();
            return base.Read(buffer, offset, count);
        }
    }
}
