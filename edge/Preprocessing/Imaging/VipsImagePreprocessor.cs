using System.Buffers;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Preprocessing.Imaging;

/// <summary>
/// Makes of a photograph what the models look at: decoded, upright, its shorter side resized to 256 pixels (bicubic), the central 224×224
/// of it as RGB. One instance serves any number of callers at once.
/// </summary>
/// <param name="limits">Of these only <see cref="ImageLimits.DecodeTimeout"/> is used; the others the inspector has checked.</param>
/// <param name="clock">What the time is measured with.</param>
internal sealed unsafe class ImagePreprocessor(ImageLimits limits, TimeProvider clock)
{
    private const int MaxChannels = 4;

    /// <summary>Loads the codec, so that a library that is missing is known at the start and not at the first request.</summary>
    /// <exception cref="ServiceDefaults.StartupException">The codec cannot be loaded.</exception>
    public static void Load() => VipsLibrary.EnsureStarted();

    /// <summary>Writes the picture's 224×224 pixels to <paramref name="rgb"/>, which holds anything after a failure.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">Its header, from <see cref="ImageInspector.Inspect"/>.</param>
    /// <param name="rgb">150,528 bytes: <c>[224, 224, 3]</c>, row by row.</param>
    /// <param name="cancellationToken">Stops the codec within a few rows.</param>
    /// <exception cref="ImageRejectedException">422: the file is damaged, or takes longer than <see cref="ImageLimits.DecodeTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public void Preprocess(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> rgb, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.Length, PixelTensor.BytesPerImage);
        cancellationToken.ThrowIfCancellationRequested();
        VipsLibrary.EnsureStarted();

        using var watch = new VipsWatch(limits.DecodeTimeout, clock, cancellationToken);
        try
        {
            fixed (byte* memory = file)
            {
                using var pipeline = new VipsPipeline(memory, file.Length, header);
                watch.Over(pipeline.Image);
                Write(pipeline, header.Orientation, rgb);
            }
        }
        catch (VipsException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw watch.TimeIsUp
                ? new ImageRejectedException(ImageRejectedException.TimedOut, "The image takes too long to decode.", 422, failure)
                : ImageRejectedException.Damaged(header.Format, failure);
        }
    }

    private static void Write(VipsPipeline pipeline, int orientation, Span<byte> rgb)
    {
        var channels = pipeline.Channels;
        if (channels == PixelTensor.Channels && orientation == ExifOrientation.Upright)
        {
            pipeline.WriteTo(rgb);
            return;
        }

        var stored = ArrayPool<byte>.Shared.Rent(PixelTensor.Side * PixelTensor.Side * MaxChannels);
        try
        {
            var pixels = stored.AsSpan(0, PixelTensor.Side * PixelTensor.Side * channels);
            pipeline.WriteTo(pixels);
            PixelLayout.ToUprightRgb(pixels, channels, orientation, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }
}
