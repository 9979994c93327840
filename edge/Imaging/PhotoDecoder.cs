using System.Diagnostics.CodeAnalysis;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Imaging;

/// <summary>Makes of a file the pixels that the edge sends: the same limits, the same codec, the same crop. One instance serves any number of callers at once.</summary>
internal sealed class PhotoDecoder
{
    private readonly ImageOptions _options;
    private readonly ImagePreprocessor _preprocessor;

    /// <exception cref="ServiceDefaults.StartupException">The codec's library cannot be loaded.</exception>
    public PhotoDecoder(ImageOptions options)
    {
        ImagePreprocessor.Load();
        _options = options;
        _preprocessor = new ImagePreprocessor(options, TimeProvider.System);
    }

    /// <summary>False, and <paramref name="why"/> in one line, for a file the edge would refuse.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool TryDecode(string path, PixelTensor pixels, [NotNullWhen(false)] out string? why, CancellationToken cancellationToken)
    {
        try
        {
            // A byte more than is taken is enough to be refused.
            using var file = File.OpenRead(path);
            var bytes = new byte[Math.Min(file.Length, _options.MaxBytes + 1L)];
            file.ReadExactly(bytes);
            _preprocessor.Preprocess(bytes, ImageInspector.Inspect(bytes, _options), pixels.Span, cancellationToken);
            why = null;
            return true;
        }
        catch (ImageRejectedException rejected)
        {
            why = rejected.Message;
            return false;
        }
    }
}
