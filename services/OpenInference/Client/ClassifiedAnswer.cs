using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.OpenInference.Client;

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
