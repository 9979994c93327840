using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Schemas;

/// <summary>
/// Strict validation as the API server does it: what a schema does not name is an error, unless it says so.
/// Rules in CEL (x-kubernetes-validations) are not evaluated.
/// </summary>
internal sealed class SchemaValidator(JsonNode file)
{
    private const string ReferencePrefix = "#/components/schemas/";

    public IEnumerable<string> Validate(JsonNode? value, JsonNode schema) => Validate(value, schema, "", closed: true);

    // Only a schema of the thing itself closes it: the branches of allOf, anyOf and oneOf in a CRD constrain fields that are named outside.
    private IEnumerable<string> Validate(JsonNode? value, JsonNode schema, string path, bool closed)
    {
        if (schema.Text("$ref") is { } reference)
        {
            var name = reference[ReferencePrefix.Length..];
            var problems = Validate(value, file[name]!, path, closed: true);
            return name.EndsWith("resource.Quantity", StringComparison.Ordinal) ? problems.Concat(Formats.Quantity(value, path)) : problems;
        }

        // The server drops a null before it looks further.
        return value is null ? [] : ValidatePresent(value, schema, path, closed);
    }

    private IEnumerable<string> ValidatePresent(JsonNode value, JsonNode schema, string path, bool closed)
    {
        if (Wrong(value, schema) is { } expected)
        {
            return [$"{At(path)} is {Describe(value)}, not {expected}"];
        }

        var problems = Branches(value, schema, path).Concat(Enumeration(value, schema, path)).Concat(Formats.Check(value, schema, path));
        return value switch
        {
            JsonObject self => problems.Concat(Fields(self, schema, path, closed)),
            JsonArray list => problems.Concat(Elements(list, schema, path)),
            _ => problems,
        };
    }

    private static string? Wrong(JsonNode value, JsonNode schema)
    {
        if (schema.Bool("x-kubernetes-int-or-string") == true)
        {
            return value is JsonValue && (IsInteger(value) || IsString(value)) ? null : "an integer or a string";
        }

        return schema.Text("type") switch
        {
            "object" when value is not JsonObject => "an object",
            "array" when value is not JsonArray => "a list",
            "string" when !IsString(value) => "a string",
            "boolean" when value is not JsonValue
                || value.GetValueKind() is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False) => "a boolean",
            "integer" when !IsInteger(value) => "an integer",
            "number" when !IsInteger(value) && !(value is JsonValue && value.GetValueKind() == System.Text.Json.JsonValueKind.Number) =>
                "a number",
            _ => null,
        };
    }

    private IEnumerable<string> Branches(JsonNode value, JsonNode schema, string path)
    {
        foreach (var problem in schema.Items("allOf").SelectMany(branch => Validate(value, branch, path, closed: false)))
        {
            yield return problem;
        }

        var any = schema.Items("anyOf").ToList();
        if (any.Count > 0 && any.All(branch => Fails(value, branch, path)))
        {
            yield return $"{At(path)} fits none of the {any.Count} allowed shapes";
        }

        var one = schema.Items("oneOf").ToList();
        if (one.Count > 0 && one.Count(branch => !Fails(value, branch, path)) is var fitting && fitting != 1)
        {
            yield return $"{At(path)} fits {fitting} of {one.Count} shapes, of which it must be exactly one";
        }

        if (schema.At("not") is { } not && !Fails(value, not, path))
        {
            yield return $"{At(path)} is what it must not be";
        }
    }

    private bool Fails(JsonNode value, JsonNode branch, string path) => Validate(value, branch, path, closed: false).Any();

    private static IEnumerable<string> Enumeration(JsonNode value, JsonNode schema, string path)
    {
        var allowed = schema.Items("enum").ToList();
        return allowed.Count == 0 || allowed.Any(one => JsonNode.DeepEquals(one, value))
            ? []
            : [$"{At(path)} is {Describe(value)}, not one of {string.Join(", ", allowed.Select(Describe))}"];
    }

    private IEnumerable<string> Fields(JsonObject self, JsonNode schema, string path, bool closed)
    {
        var properties = schema.At("properties") as JsonObject;
        var additional = schema.At("additionalProperties");
        var open = !closed || properties is null || schema.Bool("x-kubernetes-preserve-unknown-fields") == true
            || additional?.GetValueKind() == System.Text.Json.JsonValueKind.True;

        foreach (var name in schema.Texts("required").Where(name => self[name] is null))
        {
            yield return $"{At($"{path}.{name}")} is missing";
        }

        foreach (var (name, value) in self)
        {
            var below = $"{path}.{name}";
            var (inner, innerClosed) = properties?[name] is { } property ? (property, closed) : (additional as JsonObject, true);
            if (inner is null)
            {
                if (!open)
                {
                    yield return $"{At(below)} is no field that there is";
                }

                continue;
            }

            foreach (var problem in Validate(value, inner, below, innerClosed))
            {
                yield return problem;
            }
        }
    }

    private IEnumerable<string> Elements(JsonArray list, JsonNode schema, string path)
    {
        var items = schema.At("items");
        var problems = items is null ? [] : list.SelectMany((item, index) => Validate(item, items, $"{path}[{index}]", closed: true));
        return problems.Concat(ListKeys.Duplicates(list, schema, path));
    }

    private static bool IsString(JsonNode value) => value is JsonValue && value.GetValueKind() == System.Text.Json.JsonValueKind.String;

    private static bool IsInteger(JsonNode value) => value is JsonValue scalar
        && (scalar.TryGetValue<long>(out _) || scalar.TryGetValue<int>(out _));

    internal static string At(string path) => path.Length == 0 ? "the object" : path.TrimStart('.');

    private static string Describe(JsonNode value) => value switch
    {
        JsonObject => "an object",
        JsonArray => "a list",
        _ => value.ToJsonString(),
    };
}
