using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Imaging;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

/// <summary>Inspector and codec in the order the service calls them.</summary>
internal static class Codec
{
    private static readonly ImagePreprocessor Preprocessor = new(new ImageLimits(), TimeProvider.System);

    public static byte[] Preprocess(ReadOnlySpan<byte> file, ImageLimits? limits = null)
    {
        var rgb = new byte[PixelTensor.BytesPerImage];
        var header = ImageInspector.Inspect(file, limits ?? new ImageLimits());
        Preprocessor.Preprocess(file, header, rgb, CancellationToken.None);
        return rgb;
    }
}
