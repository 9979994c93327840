using System.Text.Json;

namespace InferenceTracing.OpenInference.Tests.Rest;

/// <summary>The OpenAPI document is written by hand, and held against the endpoints and what they answer.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_ListsEveryPathAndMethodAndNoOther()
    {
        await using var host = await ModelHost.StartAsync();
        var document = await DocumentAsync(host);

        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));

        Assert.Equal(
            host.Routes.Where(route => route.Path.StartsWith("/v2", StringComparison.Ordinal)).Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/v2", "v2")]
    [InlineData("/v2/health/live", "v2/health/live")]
    [InlineData("/v2/health/ready", "v2/health/ready")]
    [InlineData("/v2/models/stats", "v2/models/stats")]
    [InlineData("/v2/models/{model}", "v2/models/colours")]
    [InlineData("/v2/models/{model}/ready", "v2/models/colours/ready")]
    [InlineData("/v2/models/{model}/config", "v2/models/colours/config")]
    [InlineData("/v2/models/{model}/versions/{version}/stats", "v2/models/colours/versions/1/stats")]
    public async Task Answer_HasTheMembersOfItsSchema(string described, string path)
    {
        await using var host = await ModelHost.StartAsync();
        var document = await DocumentAsync(host);
        var schema = document.GetProperty("paths").GetProperty(described).GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/json").GetProperty("schema");

        var answer = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;

        AssertIs(answer, schema, document, "$");
    }

    [Fact]
    public async Task Answer_OfInference_HasTheMembersOfItsSchema()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        var document = await DocumentAsync(host);

        using var answer = await host.PostBinaryAsync(Requests.Binary(), images.Memory);

        AssertIs(
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement, document.GetProperty("components").GetProperty("schemas").GetProperty("InferAnswer"), document, "$");
    }

    [Fact]
    public async Task Reference_OfTheDocument_LeadsSomewhere()
    {
        await using var host = await ModelHost.StartAsync();
        var document = await DocumentAsync(host);

        var references = References(document).Distinct().ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Resolve(reference, document));
    }

    private static async Task<JsonElement> DocumentAsync(ModelHost host)
    {
        using var answer = await host.Http.GetAsync(new Uri("v2/openapi.json", UriKind.Relative));
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    /// <summary>Of the schema language what the document uses: types, members, elements.</summary>
    private static void AssertIs(JsonElement value, JsonElement schema, JsonElement document, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            AssertIs(value, Resolve(reference.GetString()!, document), document, where);
            return;
        }

        if (schema.TryGetProperty("enum", out var choices))
        {
            Assert.Contains(value.GetString(), choices.EnumerateArray().Select(choice => choice.GetString()));
            return;
        }

        var type = schema.GetProperty("type");
        var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];
        Assert.True(types.Contains(TypeOf(value)) || (types.Contains("number") && TypeOf(value) == "integer"), $"{where} is {TypeOf(value)}");

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            Assert.All(value.EnumerateArray(), element => AssertIs(element, items, document, $"{where}[]"));
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var members))
        {
            return;
        }

        Assert.All(value.EnumerateObject(), member =>
        {
            Assert.True(members.TryGetProperty(member.Name, out var described), $"{where}.{member.Name} is not described");
            AssertIs(member.Value, described, document, $"{where}.{member.Name}");
        });

        if (schema.TryGetProperty("required", out var required))
        {
            Assert.All(required.EnumerateArray(), name => Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{where} lacks {name}"));
        }
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        _ => "null",
    };

    private static JsonElement Resolve(string reference, JsonElement document) =>
        reference.Split('/').Skip(1).Aggregate(document, (element, name) => element.GetProperty(name));

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.NameEquals("$ref") ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
