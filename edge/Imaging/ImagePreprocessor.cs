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
