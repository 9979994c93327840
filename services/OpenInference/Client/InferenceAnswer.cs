using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using InferenceTracing.OpenInference.Wire;

namespace InferenceTracing.OpenInference.Client;

/// <summary>Another service's answer.</summary>
/// <param name="ModelVersion">The version of the model that answered; empty where the service names none.</param>
/// <param name="Prediction">The probabilities, and as parameters the answer's scalars: string, long, double or bool.</param>
public sealed record InferenceAnswer(string ModelVersion, Prediction Prediction);

/// <summary>Reads an inference answer with <c>probabilities</c> FP32 <c>[N, 1000]</c>, as bytes behind the JSON part or inside it.</summary>
internal sealed class AnswerParser(int images)
{
    private readonly Dictionary<string, object> _parameters = [];
    private string? _model;
    private string? _version;
    private float[]? _probabilities;
    private long? _binarySize;

    /// <param name="body">The whole body.</param>
    /// <param name="jsonLength">Bytes of the JSON part; all of it where the answer has no binary tensor.</param>
    /// <exception cref="InvalidDataException">The answer is none, or not to what was asked.</exception>
    public InferenceAnswer Parse(ReadOnlySpan<byte> body, int jsonLength)
    {
        var reader = new Utf8JsonReader(body[..jsonLength], new JsonReaderOptions { MaxDepth = JsonTokens.MaxDepth });

        try
        {
            ReadAnswer(ref reader);
            reader.Read();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or InferenceException)
        {
            throw new InvalidDataException(failure is InferenceException ? failure.Message : "the answer is not valid JSON.", failure);
        }

        var tensor = body[jsonLength..];

        if (_binarySize is not null && (_probabilities is not null || tensor.Length != _binarySize || tensor.Length != Expected * sizeof(float)))
        {
            throw new InvalidDataException($"the answer's tensor must have {Expected * sizeof(float)} bytes.");
        }

        var probabilities = _binarySize is null ? _probabilities : MemoryMarshal.Cast<byte, float>(tensor).ToArray();

        if (_model is null || probabilities is null)
        {
            throw new InvalidDataException($"the answer lacks model_name or {ProbabilitiesOutput.Name}.");
        }

        if (Array.Exists(probabilities, static value => value is not (>= 0 and <= 1.001f)))
        {
            throw new InvalidDataException("the answer has values that are no probabilities.");
        }

        return new InferenceAnswer(_version ?? "", new Prediction(probabilities, ProbabilitiesOutput.Classes, _parameters));
    }

    private int Expected => images * ProbabilitiesOutput.Classes;

    private void ReadAnswer(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "the answer must be a JSON object");

        while (JsonTokens.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("model_name"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "model_name must be a string");
                _model = reader.GetString();
            }
            else if (reader.ValueTextEquals("model_version"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "model_version must be a string");
                _version = reader.GetString();
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                ReadParameters(ref reader);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.StartArray, "outputs must be an array");

                while (JsonTokens.NextElement(ref reader))
                {
                    ReadOutput(ref reader);
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadOutput(ref Utf8JsonReader reader)
    {
        bool named = false, typed = false;
        long[]? shape = null;

        while (JsonTokens.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "an output's name must be a string");
                named = reader.ValueTextEquals(ProbabilitiesOutput.Name);
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                JsonTokens.Next(ref reader, JsonTokenType.String, "an output's datatype must be a string");
                typed = reader.ValueTextEquals("FP32"u8);
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                shape = JsonTokens.Shape(ref reader);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                ReadOutputParameters(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                ReadData(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (!named || !typed || shape is not [var count, ProbabilitiesOutput.Classes] || count != images)
        {
            throw InferenceException.Malformed($"the answer must have one output, {ProbabilitiesOutput.Name} FP32 [{images},{ProbabilitiesOutput.Classes}].");
        }
    }

    private void ReadOutputParameters(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "parameters must be an object");

        while (JsonTokens.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("binary_data_size"u8))
            {
                _binarySize = JsonTokens.Integer(ref reader, "binary_data_size");
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartArray, "data must be an array");
        var (values, read, depth) = (new float[Expected], 0, reader.CurrentDepth);

        while (reader.Read() && (reader.TokenType != JsonTokenType.EndArray || reader.CurrentDepth > depth))
        {
            if (reader.TokenType == JsonTokenType.Number && read++ < Expected)
            {
                values[read - 1] = reader.GetSingle();
            }
        }

        _probabilities = read == Expected ? values : throw InferenceException.Malformed($"data must have {Expected} numbers, not {read}.");
    }

    private void ReadParameters(ref Utf8JsonReader reader)
    {
        JsonTokens.Next(ref reader, JsonTokenType.StartObject, "parameters must be an object");

        while (JsonTokens.NextMember(ref reader))
        {
            var name = reader.GetString()!;
            reader.Read();

            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    _parameters[name] = reader.GetString()!;
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    _parameters[name] = reader.GetBoolean();
                    break;
                case JsonTokenType.Number:
                    _parameters[name] = reader.TryGetInt64(out var whole) ? (object)whole : reader.GetDouble();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }
}

/// <summary>Another service's answer by class names.</summary>
/// <param name="Images">For each image its likeliest classes, best first.</param>
/// <param name="Parameters">The answer's scalars: string, long, double or bool.</param>
public sealed record ClassifiedAnswer(
    IReadOnlyList<IReadOnlyList<NamedClass>> Images, IReadOnlyDictionary<string, object> Parameters)
{
    /// <summary>Reads the JSON of an answer with <c>probabilities</c> BYTES <c>[N, k]</c>.</summary>
    /// <exception cref="InvalidDataException">The answer is none, or not to what was asked.</exception>
    internal static ClassifiedAnswer Parse(ReadOnlySpan<byte> body, int images)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(body, ClassifiedAnswerJson.Default.Document);

            if (answer is not { ModelName: not null, Outputs: [{ Name: ProbabilitiesOutput.Name, Datatype: "BYTES", Shape: [var count, var top], Data: { } data }] }
                || count != images || top <= 0 || data.Count != count * top)
            {
                throw new InvalidDataException($"the answer must have one output, {ProbabilitiesOutput.Name} BYTES [{images},k].");
            }

            return new ClassifiedAnswer(
                [.. data.Select(NamedClass.Parse).Chunk((int)top)],
                (answer.Parameters ?? []).Where(parameter => Scalar(parameter.Value) is not null).ToDictionary(p => p.Key, p => Scalar(p.Value)!));
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("the answer is not valid JSON.", failure);
        }
    }

    private static object? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        _ => null,
    };

    internal sealed record Document(string? ModelName, Dictionary<string, JsonElement>? Parameters, IReadOnlyList<Output>? Outputs);

    internal sealed record Output(string? Name, string? Datatype, IReadOnlyList<long>? Shape, IReadOnlyList<string>? Data);
}

/// <summary>A class of an answer.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Class">Its number, 0 … 999.</param>
/// <param name="Probability">Its probability, 0 … 1.</param>
public sealed record NamedClass(string Label, int Class, float Probability)
{
    /// <summary>From <c>0.930000:207:golden retriever</c>.</summary>
    /// <exception cref="InvalidDataException">The text is not of that form.</exception>
    internal static NamedClass Parse(string text) =>
        text.Split(':', 3) is [var probability, var index, var label]
        && float.TryParse(probability, NumberStyles.Float, CultureInfo.InvariantCulture, out var p) && p is >= 0 and <= 1.001f
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            ? new NamedClass(label, i, p)
            : throw new InvalidDataException("the answer's classes must read probability:class:label.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClassifiedAnswer.Document))]
internal sealed partial class ClassifiedAnswerJson : JsonSerializerContext;
