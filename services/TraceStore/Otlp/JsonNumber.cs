using System.Globalization;
using System.Text.Json;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Numbers in protobuf's JSON mapping: 64-bit integers come as decimal text, and readers take both text and number.</summary>
internal static class JsonNumber
{
    public static long Integer(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? long.Parse(value.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : value.GetInt64();

    public static double Real(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : value.GetDouble();

    public static ulong Nanos(JsonElement owner, string name) => !owner.TryGetProperty(name, out var value)
        ? 0
        : value.ValueKind == JsonValueKind.String
            ? ulong.Parse(value.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture)
            : value.GetUInt64();

    public static uint Count(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.GetUInt32() : 0;

    public static int Enum(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.GetInt32() : 0;
}
