using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Reads attributes in OTLP's JSON mapping, within the limits.</summary>
internal sealed class JsonAttributeReader(OtlpOptions limits, Vocabulary vocabulary)
{
    public SpanAttribute[] Read(JsonElement owner, out uint over) => ReadList(owner, "attributes", 0, out over);

    public string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? limits.Cut(value.GetString()!) : "";

    private SpanAttribute[] ReadList(JsonElement owner, string name, int depth, out uint over)
    {
        over = 0;

        if (!owner.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var attributes = new SpanAttribute[Math.Min(list.GetArrayLength(), limits.MaxAttributes)];
        over = (uint)(list.GetArrayLength() - attributes.Length);
        var index = 0;

        foreach (var item in list.EnumerateArray().Take(attributes.Length))
        {
            var value = item.TryGetProperty("value", out var any) ? ReadValue(any, depth + 1) : default;
            attributes[index++] = new SpanAttribute(vocabulary.Word(Text(item, "key")), value);
        }

        return attributes;
    }

    private AttributeValue ReadValue(JsonElement any, int depth)
    {
        if (depth > limits.MaxDepth)
        {
            throw new OtlpException(OtlpFault.Malformed, $"An attribute nests deeper than {limits.MaxDepth} levels.");
        }

        if (any.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        foreach (var field in any.EnumerateObject())
        {
            switch (field.Name)
            {
                case "stringValue":
                    return AttributeValue.Of(limits.Cut(field.Value.GetString() ?? ""));
                case "boolValue":
                    return AttributeValue.Of(field.Value.GetBoolean());
                case "intValue":
                    return AttributeValue.Of(JsonNumber.Integer(field.Value));
                case "doubleValue":
                    return AttributeValue.Of(JsonNumber.Real(field.Value));
                case "bytesValue":
                    var blob = field.Value.GetBytesFromBase64();
                    return AttributeValue.Of(blob.Length > limits.MaxAttributeLength ? blob[..limits.MaxAttributeLength] : blob);
                case "arrayValue":
                    return AttributeValue.Of(ReadArray(field.Value, depth));
                case "kvlistValue":
                    return AttributeValue.Of(ReadList(field.Value, "values", depth, out _));
            }
        }

        return default;
    }

    private AttributeValue[] ReadArray(JsonElement array, int depth) =>
        array.TryGetProperty("values", out var values)
            ? [.. values.EnumerateArray().Take(limits.MaxAttributes).Select(item => ReadValue(item, depth + 1))]
            : [];
}
