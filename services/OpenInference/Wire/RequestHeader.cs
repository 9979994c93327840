using System.Buffers;
using System.Text.Json;

namespace InferenceTracing.OpenInference.Wire;

/// <summary>
/// The JSON part of an inference request, checked against what every model here takes: one input <c>image</c> UINT8 <c>[N, 224, 224, 3]</c>
/// and one output <c>probabilities</c>. The tensor's data is only located, not read.
/// </summary>
internal sealed class RequestHeader
{
    private const int LongestId = 256;

    private bool _hasInput;
    private bool _hasOutput;
    private bool _binaryByDefault;
    private bool? _binary;

    /// <summary>To be echoed.</summary>
    public string? Id { get; private set; }

    /// <summary>N, the number of images.</summary>
    public int Count { get; private set; }

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
        bool named = false, typed = false;
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
                typed = reader.ValueTextEquals("UINT8"u8);
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

        Count = Check(named, typed, shape);
    }

    private int Check(bool named, bool typed, long[]? shape)
    {
        if (!named)
        {
            throw InferenceException.Unprocessable($"The input's name must be '{PixelTensor.InputName}'.");
        }

        if (!typed)
        {
            throw InferenceException.Unprocessable("The input's datatype must be UINT8.");
        }

        if (shape is not [>= 1 and <= int.MaxValue, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels])
        {
            throw InferenceException.Unprocessable("The input's shape must be [N,224,224,3] with N of at least 1.");
        }

        if (BinarySize is null == DataOffset is null)
        {
            throw InferenceException.Malformed("The input needs either data or parameters.binary_data_size.");
        }

        if (BinarySize is { } size && size != shape[0] * PixelTensor.BytesPerImage)
        {
            throw InferenceException.Malformed($"binary_data_size must be {shape[0] * PixelTensor.BytesPerImage} for this shape.");
        }

        return (int)shape[0];
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
                var classes = JsonTokens.Integer(ref reader, "classification");

                Classification = classes is >= 1 and <= ProbabilitiesOutput.Classes
                    ? (int)classes
                    : throw InferenceException.Unprocessable($"classification must be a number of classes from 1 to {ProbabilitiesOutput.Classes}.");
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
