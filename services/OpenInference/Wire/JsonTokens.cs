using System.Text.Json;

namespace InferenceTracing.OpenInference.Wire;

/// <summary>Reads single tokens and says in one line what was expected.</summary>
internal static class JsonTokens
{
    public const int MaxDepth = 16;

    private const int MostDimensions = 8;

    /// <summary>Moves on to the value, which must be of this type.</summary>
    public static void Next(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw InferenceException.Malformed($"{what}.");
        }
    }

    /// <summary>Moves on to the next member of the object; false at its end.</summary>
    public static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves on to the next member that is given: null for one that may be left out is as if it were.</summary>
    public static bool NextGiven(ref Utf8JsonReader reader)
    {
        while (NextMember(ref reader))
        {
            var ahead = reader;
            var optional = reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("parameters"u8) || reader.ValueTextEquals("outputs"u8);

            if (!optional || !ahead.Read() || ahead.TokenType != JsonTokenType.Null)
            {
                return true;
            }

            reader = ahead;
        }

        return false;
    }

    /// <summary>Moves on to the next element of the array; false at its end.</summary>
    public static bool NextElement(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>The value that follows, a whole number.</summary>
    public static long Integer(ref Utf8JsonReader reader, string name)
    {
        Next(ref reader, JsonTokenType.Number, $"{name} must be a whole number");
        return Current(ref reader, name);
    }

    /// <summary>The value the reader stands on, a whole number.</summary>
    public static long Current(ref Utf8JsonReader reader, string name) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)
            ? value
            : throw InferenceException.Malformed($"{name} must be a whole number.");

    /// <summary>The value that follows, <c>true</c> or <c>false</c>.</summary>
    public static bool Boolean(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? reader.GetBoolean()
            : throw InferenceException.Malformed($"{name} must be true or false.");
    }

    /// <summary>The value that follows, the dimensions of a tensor.</summary>
    public static long[] Shape(ref Utf8JsonReader reader)
    {
        Next(ref reader, JsonTokenType.StartArray, "shape must be an array of whole numbers");
        Span<long> dimensions = stackalloc long[MostDimensions];
        var count = 0;

        while (NextElement(ref reader))
        {
            if (count == MostDimensions)
            {
                throw InferenceException.Malformed($"shape has more than {MostDimensions} dimensions.");
            }

            dimensions[count++] = Current(ref reader, "a dimension of shape");
        }

        return dimensions[..count].ToArray();
    }
}
