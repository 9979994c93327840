using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using Spectre.Console;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>Makes of a file the pixels that the edge would send: the same limits, the same codec, the same crop.</summary>
internal sealed class PhotoDecoder
{
    private readonly ImageOptions _options = new();
    private readonly ImagePreprocessor _preprocessor;

    /// <exception cref="ServiceDefaults.StartupException">The codec's library cannot be loaded.</exception>
    public PhotoDecoder()
    {
        ImagePreprocessor.Load();
        _preprocessor = new ImagePreprocessor(_options, TimeProvider.System);
    }

    /// <summary>False, and a line that says why, for a file the edge would refuse.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool TryDecode(string path, PixelTensor pixels, CancellationToken cancellationToken)
    {
        try
        {
            // A byte more than is taken is enough to be refused.
            using var file = File.OpenRead(path);
            var bytes = new byte[Math.Min(file.Length, _options.MaxBytes + 1L)];
            file.ReadExactly(bytes);
            _preprocessor.Preprocess(bytes, ImageInspector.Inspect(bytes, _options), pixels.Span, cancellationToken);
            return true;
        }
        catch (ImageRejectedException rejected)
        {
            AnsiConsole.MarkupLineInterpolated($"  [yellow]· {Path.GetFileName(path)} is left out: {rejected.Message}[/]");
            return false;
        }
    }
}
