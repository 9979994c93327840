using InferenceTracing.OpenInference;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>Pixels of which the first byte is the class that the cluster takes them for, and the others tell one photograph from another.</summary>
internal static class Photograph
{
    public static PixelTensor Of(byte choice, int seed = 1)
    {
        var pixels = PixelTensor.Rent(1);
        new Random(seed).NextBytes(pixels.Span);
        pixels.Span[0] = choice;
        return pixels;
    }

    public static int Sum(ReadOnlySpan<byte> pixels)
    {
        var sum = 0;

        foreach (var each in pixels)
        {
            sum = unchecked((sum * 31) + each);
        }

        return sum;
    }
}
