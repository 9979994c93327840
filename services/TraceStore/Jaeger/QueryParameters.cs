using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>Reads the parameters of a query; what cannot be read is answered with 400 and the parameter's name.</summary>
internal abstract class QueryParameters(IQueryCollection query)
{
    /// <summary>What Jaeger answers where it is asked for no number, or for none or fewer.</summary>
    private const int DefaultLimit = 100;

    /// <summary>Null where it is absent or empty.</summary>
    public string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A boolean as Go reads it.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null or "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        _ => throw Malformed(name, "true or false is expected"),
    };

    /// <summary>Takes hex and base64; a slash of base64 comes as <c>%2F</c>, which ASP.NET leaves as it is.</summary>
    protected static TraceId? TraceIdIn(string text) => TraceId.TryParseHexOrBase64(Uri.UnescapeDataString(text), out var id) ? id : null;

    /// <summary>A parameter that cannot be read, in the words of this API.</summary>
    protected abstract QueryException Malformed(string name, string why);

    protected IEnumerable<string> All(string name) => query[name].OfType<string>();

    /// <summary>A whole number of a unit, in nanoseconds.</summary>
    protected ulong? Number(string name, ulong nanosPer) => Text(name) is not { } text
        ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ulong.MaxValue / nanosPer
            ? number * nanosPer
            : throw Malformed(name, "a whole number is expected");

    /// <summary>In nanoseconds; null too where it is zero, which for Jaeger is no limit.</summary>
    protected ulong? Duration(string name) => Text(name) is not { } text
        ? null
        : GoDuration.TryParse(text, out var nanos)
            ? nanos == 0 ? null : nanos
            : throw Malformed(name, "a duration such as 1.5s or 250ms is expected");

    protected int Limit(string name) => Text(name) is not { } text
        ? DefaultLimit
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit)
            ? limit > 0 ? limit : DefaultLimit
            : throw Malformed(name, "a whole number is expected");

    /// <summary>A JSON object of strings; a null counts as an empty one, as in Go.</summary>
    protected static IEnumerable<KeyValuePair<string, string>> Map(string text, string malformed)
    {
        try
        {
            var map = JsonSerializer.Deserialize<Dictionary<string, string?>>(text) ?? [];
            return map.Select(pair => KeyValuePair.Create(pair.Key, pair.Value ?? ""));
        }
        catch (JsonException)
        {
            throw QueryException.Bad($"{malformed}: a JSON object of strings is expected");
        }
    }
}
