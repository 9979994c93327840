using InferenceTracing.OpenInference;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace InferenceTracing.Imaging;

/// <summary>What decodes a photograph.</summary>
internal enum ImageCodec
{
    /// <summary>SixLabors.ImageSharp: managed code, holds a picture whole.</summary>
    ImageSharp,

    /// <summary>libvips: native code, reads most pictures row by row.</summary>
    Libvips,
}

/// <summary>Which codec gets which file.</summary>
internal static class CodecTable
{
    /// <summary>What ImageSharp may hold for one picture, pixels and coefficients; 64 MiB are 22 megapixels of a camera's JPEG.</summary>
    public const long MaxImageSharpBytes = 64 * 1024 * 1024;

    /// <summary>What either takes beside the picture: tables, buffers, some rows.</summary>
    private const long CodecBytes = 24 * 1024 * 1024;

    /// <summary>
    /// The codec of a file where <paramref name="preferred"/> is set. ImageSharp gets what it is safe with: version 2.1.13 never returns from some
    /// damaged interlaced PNGs and takes a gigabyte for some WebPs of a few bytes; its CMYK was not held to the reference; and where a JPEG breaks off it
    /// goes on in gray, where libvips says so.
    /// </summary>
    public static ImageCodec For(ImageHeader header, ImageCodec preferred) => (preferred, header) switch
    {
        (ImageCodec.ImageSharp, { WholeBytes: > MaxImageSharpBytes }) => ImageCodec.Libvips,
        (ImageCodec.ImageSharp, { Format: ImageFormat.Jpeg, IsCmyk: false, EndIsMissing: false }) => ImageCodec.ImageSharp,
        (ImageCodec.ImageSharp, { Format: ImageFormat.Png, IsInterlaced: false }) => ImageCodec.ImageSharp,
        _ => ImageCodec.Libvips,
    };

    /// <summary>Bytes that decoding a file takes at most with <paramref name="codec"/>; measured over thousands of headers by DecodeMemoryTests.</summary>
    public static long MemoryOf(ImageHeader header, ImageCodec codec) =>
        CodecBytes + (codec == ImageCodec.ImageSharp ? header.WholeBytes : header.RowByRowBytes);

    /// <summary>The codec as settings and spans call it.</summary>
    public static string NameOf(ImageCodec codec) => codec == ImageCodec.ImageSharp ? "imagesharp" : "libvips";
}

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

/// <summary>Decodes, resizes and crops with libvips, in one pass from top to bottom wherever the format allows it.</summary>
internal static unsafe class VipsCodec
{
    /// <summary>Writes the 224×224 crop to <paramref name="crop"/> as it is stored, and answers its channels: 1 gray, 3 RGB, 4 CMYK.</summary>
    /// <exception cref="VipsException">The file is damaged, or <paramref name="stop"/> was asked for.</exception>
    public static int Decode(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> crop, CancellationToken stop)
    {
        VipsLibrary.EnsureStarted();
        using var watch = new VipsWatch(stop);

        fixed (byte* memory = file)
        {
            using var pipeline = new VipsPipeline(memory, file.Length, header);
            watch.Over(pipeline.Image);
            pipeline.WriteTo(crop);

            if (header.EndIsMissing)
            {
                VipsPipeline.ReadToTheEnd(memory, file.Length, header);
            }

            return pipeline.Channels;
        }
    }
}
