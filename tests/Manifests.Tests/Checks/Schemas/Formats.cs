using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Schemas;

/// <summary>What a schema says about scalars and sizes beyond their type.</summary>
internal static partial class Formats
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = [];

    public static IEnumerable<string> Check(JsonNode value, JsonNode schema, string path)
    {
        var at = SchemaValidator.At(path);
        if (value is JsonObject fields)
        {
            return Between(fields.Count, schema, "minProperties", "maxProperties", $"{at} has {fields.Count} fields");
        }

        if (value is JsonArray list)
        {
            return Between(list.Count, schema, "minItems", "maxItems", $"{at} has {list.Count} items");
        }

        var text = value.ToString();
        return value.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? Between(text.Length, schema, "minLength", "maxLength", $"{at} has {text.Length} characters").Concat(TextOf(text, schema, at))
            : double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? NumberOf(number, schema, at) : [];
    }

    public static IEnumerable<string> Quantity(JsonNode? value, string path) => value is null || QuantityPattern().IsMatch(value.ToString())
        ? []
        : [$"{SchemaValidator.At(path)} is {value.ToJsonString()}, not a quantity"];

    private static IEnumerable<string> TextOf(string text, JsonNode schema, string at)
    {
        if (schema.Text("pattern") is { } pattern
            && !Patterns.GetOrAdd(pattern, it => new Regex(it, RegexOptions.None, TimeSpan.FromSeconds(2))).IsMatch(text))
        {
            yield return $"{at} is \"{text}\", which does not match {pattern}";
        }

        var fits = schema.Text("format") switch
        {
            "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
            "duration" => DurationPattern().IsMatch(text),
            "ipv4" or "ipv6" => System.Net.IPAddress.TryParse(text, out _),
            _ => true,
        };
        if (!fits)
        {
            yield return $"{at} is \"{text}\", not a {schema.Text("format")}";
        }
    }

    private static IEnumerable<string> NumberOf(double number, JsonNode schema, string at)
    {
        if (schema.Text("format") == "int32" && Math.Abs(number) > int.MaxValue)
        {
            yield return $"{at} is {number}, more than 32 bits";
        }

        foreach (var problem in Between(number, schema, "minimum", "maximum", $"{at} is {number}"))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Between(double size, JsonNode schema, string minimum, string maximum, string said)
    {
        if (Number(schema, minimum) is { } least && size < least)
        {
            yield return $"{said}, at least {least}";
        }

        if (Number(schema, maximum) is { } most && size > most)
        {
            yield return $"{said}, at most {most}";
        }
    }

    private static double? Number(JsonNode schema, string field) =>
        double.TryParse(schema.Text(field), CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$")]
    private static partial Regex QuantityPattern();

    [GeneratedRegex(@"^[+-]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$")]
    private static partial Regex DurationPattern();
}
