using System.Buffers;
using System.Text.Json;

namespace InferenceTracing.OpenInference.Wire;

/// <summary>
/// The JSON part of an inference request, checked against what every model here takes: one input <c>image</c> in one of the forms of
/// <see cref="InputForm"/>, and one output <c>probabilities</c>. The tensor's data is only located, not read.
/// </summary>
internal sealed class RequestHeader
{
    /// <summary>Characters an id may have.</summary>
    public const int LongestId = 256;

    private bool _hasInput;
    private bool _hasOutput;
    private bool _binaryByDefault;
    private bool? _binary;

    /// <summary>To be echoed.</summary>
    public string? Id { get; private set; }

    /// <summary>N, the number of images.</summary>
    public int Count { get; private set; }

    /// <summary>How the tensor is sent.</summary>
    public InputForm Form { get; private set; }

    /// <summary>Bytes of the tensor after the JSON part, where it is there.</summary>
    public long? BinarySize { get; private set; }

    /// <summary>Where the tensor's JSON array begins, where it is there.</summary>
    public long? DataOffset { get; private set; }

    /// <summary>Whether the answer's tensor is wanted as bytes.</summary>
    public bool WantsBinary => _binary ?? _binaryByDefault;

    /// <summary>How many classes are wanted as text; 0 for the probabilities.</summary>
    public int Classification { get; private set; }

    /// <summary>The header of a raw request, whose body is one image's tensor.</summary>
    public static RequestHeader Raw() => new() { Count = 1, BinarySize = PixelTensor.BytesPerImage, _binary = true };

    /// <exception cref="InferenceException">400, 422.</exception>
    public static RequestHeader Parse(in ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonTokens.MaxDepth });
        var header = new RequestHeader();

        try
        {
            header.ReadRequest(ref reader);
            reader.Read();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            throw InferenceException.Malformed("The request is not valid JSON.", failure);
        }

        return header._hasInput ? header : throw InferenceException.Malformed("inputs is missing.");
    }

    /// <summary>How many classes an output's parameter <c>classification</c> asks for.</summary>
    /// <exception cref="InferenceException">422: there are not so many.</exception>
    public static int Classes(long asked) => asked is >= 1 and <= ProbabilitiesOutput.Classes
        ? (int)asked
        : throw InferenceException.Unprocessable($"classification must be a number of classes from 1 to {ProbabilitiesOutput.Classes}.");

    private void ReadRequest(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "The request must be a JSON object");

        while (JsonTokens.NextGiven(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "id must be a string");
                Id = reader.GetString()!;

                if (Id.Length > LongestId)
                {
                    throw InferenceException.Malformed($"id is longer than {LongestId} characters.");
                }
            }
            else if (reader.ValueTextEquals("inputs"u8))
            {
                ReadInputs(ref reader);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                ReadOutputs(ref reader);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                _binaryByDefault = ReadFlag(ref reader, "binary_data_output") ?? _binaryByDefault;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadInputs(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartArray, "inputs must be an array");

        while (JsonTokens.NextElement(ref reader))
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw InferenceException.Malformed("An input must be an object.");
            }

            if (_hasInput)
            {
                throw InferenceException.Unprocessable($"This model has one input, '{PixelTensor.InputName}'.");
            }

            _hasInput = true;
            ReadInput(ref reader);
        }
    }

    private void ReadInput(ref Utf8JsonReader reader)
    {
        var named = false;
        bool? floats = null;
        long[]? shape = null;

        while (JsonTokens.NextGiven(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "The input's name must be a string");
                named = reader.ValueTextEquals(PixelTensor.InputName);
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "The input's datatype must be a string");
                floats = reader.ValueTextEquals("FP32"u8) ? true : reader.ValueTextEquals("UINT8"u8) ? false : null;
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                shape = JsonTokens.Shape(ref reader);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                BinarySize = ReadNumber(ref reader, "binary_data_size") ?? BinarySize;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.StartArray, "data must be an array");
                DataOffset = reader.TokenStartIndex;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        (Form, Count) = InputForm.Of(named, floats, shape);

        if (BinarySize is null == DataOffset is null)
        {
            throw InferenceException.Malformed("The input needs either data or parameters.binary_data_size.");
        }

        if (BinarySize is { } size && size != (long)Count * Form.BytesPerImage)
        {
            throw InferenceException.Malformed($"binary_data_size must be {(long)Count * Form.BytesPerImage} for this shape.");
        }
    }

    private void ReadOutputs(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartArray, "outputs must be an array");

        while (JsonTokens.NextElement(ref reader))
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw InferenceException.Malformed("An output must be an object.");
            }

            if (_hasOutput)
            {
                throw InferenceException.Unprocessable($"This model has one output, '{ProbabilitiesOutput.Name}'.");
            }

            _hasOutput = true;
            ReadOutput(ref reader);
        }
    }

    private void ReadOutput(ref Utf8JsonReader reader)
    {
        var named = false;

        while (JsonTokens.NextGiven(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "The output's name must be a string");
                named = reader.ValueTextEquals(ProbabilitiesOutput.Name);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                ReadOutputParameters(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (!named)
        {
            throw InferenceException.Unprocessable($"The output's name must be '{ProbabilitiesOutput.Name}'.");
        }
    }

    private void ReadOutputParameters(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "parameters must be an object");

        while (JsonTokens.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("binary_data"u8))
            {
                _binary = JsonTokens.Boolean(ref reader, "binary_data");
            }
            else if (reader.ValueTextEquals("classification"u8))
            {
                Classification = Classes(JsonTokens.Integer(ref reader, "classification"));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static long? ReadNumber(ref Utf8JsonReader reader, string name)
    {
        long? value = null;
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "parameters must be an object");

        while (JsonTokens.NextMember(ref reader))
        {
            if (reader.ValueTextEquals(name))
            {
                value = JsonTokens.Integer(ref reader, name);
            }
            else
            {
                reader.Skip();
            }
        }

        return value;
    }

    private static bool? ReadFlag(ref Utf8JsonReader reader, string name)
    {
        bool? value = null;
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "parameters must be an object");

        while (JsonTokens.NextMember(ref reader))
        {
            if (reader.ValueTextEquals(name))
            {
                value = JsonTokens.Boolean(ref reader, name);
            }
            else
            {
                reader.Skip();
            }
        }

        return value;
    }
}
