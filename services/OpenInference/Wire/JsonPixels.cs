using System.Buffers;
using System.Text.Json;

namespace InferenceTracing.OpenInference.Wire;

/// <summary>Reads a tensor's JSON <c>data</c>: flat, or nested as deep as its shape, row by row in both cases.</summary>
internal static class JsonPixels
{
    private const int Rank = 4;

    /// <param name="array">Begins with the array's bracket; what follows the array is not looked at.</param>
    /// <param name="images">Is filled.</param>
    /// <param name="form">How the tensor is sent.</param>
    /// <exception cref="InferenceException">400: other values than 0 … 255, or not as many as the shape says.</exception>
    public static void Read(in ReadOnlySequence<byte> array, PixelTensor images, InputForm form)
    {
        var reader = new Utf8JsonReader(array, new JsonReaderOptions { MaxDepth = JsonTokens.MaxDepth });
        var pixels = images.Span;
        var read = 0;
        var depth = 0;

        // Of each depth: how many elements its open array has so far, and how many it must have where the data is nested.
        Span<int> elements = stackalloc int[Rank + 1];
        ReadOnlySpan<int> expected = form.Planes
            ? [0, images.Count, PixelTensor.Channels, PixelTensor.Side, PixelTensor.Side]
            : [0, images.Count, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels];
        var nested = false;

        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray when depth < Rank:
                    elements[depth]++;
                    elements[++depth] = 0;
                    nested |= depth > 1;
                    break;

                case JsonTokenType.EndArray:
                    if (nested && elements[depth] != expected[depth])
                    {
                        throw Mismatch();
                    }

                    if (--depth == 0)
                    {
                        if (read != pixels.Length)
                        {
                            throw Mismatch();
                        }

                        return;
                    }

                    break;

                case JsonTokenType.Number when (!nested || depth == Rank) && read < pixels.Length:
                    pixels[form.Place(read++)] = reader.TryGetByte(out var value) ? value
                        : form.Floats ? InputForm.Rounded(reader.GetDouble())
                        : Whole(reader.GetDouble());
                    elements[depth]++;
                    break;

                case JsonTokenType.Number or JsonTokenType.StartArray:
                    throw Mismatch();

                default:
                    throw InferenceException.Malformed("data must hold numbers from 0 to 255.");
            }
        }
    }

    /// <summary>A whole number may be written 255.0: clients made from the protocol's description send every number so.</summary>
    private static byte Whole(double value) => value is >= byte.MinValue and <= byte.MaxValue && value == Math.Floor(value)
        ? (byte)value
        : throw InferenceException.Malformed("data must hold whole numbers from 0 to 255.");

    private static InferenceException Mismatch() => InferenceException.Malformed("data does not have the numbers its shape says, flat or nested like it.");
}
