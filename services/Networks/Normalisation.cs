using InferenceTracing.ModelRepository;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Networks;

/// <summary>
/// Pixels as the graph wants them, <c>(byte × scale - mean) / std</c>: 256 values a colour, looked up, written plane by plane (NCHW) or
/// pixel by pixel (NHWC).
/// </summary>
public sealed class Normalisation
{
    private const int Pixels = PixelTensor.Side * PixelTensor.Side;

    private readonly bool _planes;
    private readonly float[] _red;
    private readonly float[] _green;
    private readonly float[] _blue;

    public Normalisation(ModelConfig config)
    {
        _planes = config.Layout == TensorLayout.Nchw;
        (_red, _green, _blue) = (Table(config, 0), Table(config, 1), Table(config, 2));
    }

    /// <param name="image">224 × 224 × 3 bytes, RGB.</param>
    /// <param name="floats">As many numbers.</param>
    public void Apply(ReadOnlySpan<byte> image, Span<float> floats)
    {
        // Spans of known length let the compiler drop every bounds check; a byte never leaves a table of 256.
        ReadOnlySpan<float> red = _red.AsSpan(0, 256), green = _green.AsSpan(0, 256), blue = _blue.AsSpan(0, 256);
        image = image[..PixelTensor.BytesPerImage];
        floats = floats[..PixelTensor.BytesPerImage];

        if (!_planes)
        {
            for (var i = 0; i + 2 < image.Length; i += 3)
            {
                floats[i] = red[image[i]];
                floats[i + 1] = green[image[i + 1]];
                floats[i + 2] = blue[image[i + 2]];
            }

            return;
        }

        Span<float> first = floats[..Pixels], second = floats.Slice(Pixels, Pixels), third = floats[(2 * Pixels)..];

        for (int pixel = 0, i = 0; pixel < Pixels; pixel++, i += 3)
        {
            first[pixel] = red[image[i]];
            second[pixel] = green[image[i + 1]];
            third[pixel] = blue[image[i + 2]];
        }
    }

    private static float[] Table(ModelConfig config, int colour)
    {
        var table = new float[256];

        for (var value = 0; value < table.Length; value++)
        {
            table[value] = ((value * config.Scale) - config.Mean[colour]) / config.Std[colour];
        }

        return table;
    }
}

/// <summary>Probabilities of scores.</summary>
internal static class Softmax
{
    /// <summary>In place; the largest score is taken off first, so that no exponential overflows. False when the row holds a number that is none.</summary>
    public static bool TryApply(Span<float> row)
    {
        var largest = float.NegativeInfinity;

        foreach (var score in row)
        {
            largest = Math.Max(largest, score);
        }

        var sum = 0f;

        for (var i = 0; i < row.Length; i++)
        {
            sum += row[i] = MathF.Exp(row[i] - largest);
        }

        for (var i = 0; i < row.Length; i++)
        {
            row[i] /= sum;
        }

        return float.IsFinite(sum) && float.IsFinite(largest);
    }

    /// <summary>True when every number of the row is a probability; NaN is none.</summary>
    public static bool WasApplied(ReadOnlySpan<float> row)
    {
        foreach (var value in row)
        {
            if (value is not (>= 0 and <= 1.001f))
            {
                return false;
            }
        }

        return true;
    }
}
