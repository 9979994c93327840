using System.Text.Json;

namespace InferenceTracing.OpenInference.Wire;

/// <summary>Reads the v2 <c>shape</c> of a tensor.</summary>
internal static class TensorShape
{
    private const int MostDimensions = 8;

    /// <summary>The dimensions of the array that follows.</summary>
    public static long[] Read(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartArray, "shape must be an array of whole numbers");
        Span<long> dimensions = stackalloc long[MostDimensions];
        var count = 0;

        while (JsonTokens.NextElement(ref reader))
        {
            if (count == MostDimensions)
            {
                throw Refusal.Malformed($"shape has more than {MostDimensions} dimensions.");
            }

            dimensions[count++] = JsonTokens.Current(ref reader, "a dimension of shape");
        }

        return dimensions[..count].ToArray();
    }
}
