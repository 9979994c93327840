using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

/// <summary>Inspector and codec in the order the service calls them, with one of the two codecs in the settings.</summary>
public sealed class Codec
{
    public static readonly Codec ImageSharp = new(ImageCodec.ImageSharp);
    public static readonly Codec Libvips = new(ImageCodec.Libvips);

    private readonly ImageCodec _preferred;
    private readonly ImagePreprocessor _preprocessor;

    private Codec(ImageCodec preferred, TimeSpan? limit = null)
    {
        _preferred = preferred;
        _preprocessor = new ImagePreprocessor(
            new ImageOptions { Codec = preferred, DecodeTimeout = limit ?? new ImageOptions().DecodeTimeout }, TimeProvider.System);
    }

    public override string ToString() => _preferred.ToString();

    internal byte[] Preprocess(ReadOnlySpan<byte> file, ImageOptions? limits = null)
    {
        var rgb = new byte[PixelTensor.BytesPerImage];
        Preprocess(file, ImageInspector.Inspect(file, limits ?? new ImageOptions()), rgb, CancellationToken.None);
        return rgb;
    }

    internal void Preprocess(ReadOnlySpan<byte> file, ImageHeader header, Span<byte> rgb, CancellationToken cancellationToken) =>
        _preprocessor.Preprocess(file, header, rgb, cancellationToken);

    /// <summary>The same codec with less time for a picture.</summary>
    internal Codec Within(TimeSpan limit) => new(_preferred, limit);

    /// <summary>The one of two values that is this codec's.</summary>
    internal T Either<T>(T imageSharp, T libvips) => _preferred == ImageCodec.ImageSharp ? imageSharp : libvips;
}
