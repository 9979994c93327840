namespace InferenceTracing.OpenInference.Tests;

/// <summary>v2 requests as text.</summary>
internal static class Requests
{
    public static string Binary(
        int count = 1, string extra = "", string? name = null, string? datatype = null, string? shape = null, long? size = null) =>
        $$$"""
        {"id":"42",{{{extra}}}"inputs":[{"name":"{{{name ?? "image"}}}","datatype":"{{{datatype ?? "UINT8"}}}",
        "shape":{{{shape ?? $"[{count},224,224,3]"}}},
        "parameters":{"binary_data_size":{{{size ?? count * (long)PixelTensor.BytesPerImage}}} }}]}
        """;

    public static string Json(PixelTensor images, bool nested = false, string extra = "")
    {
        var data = nested ? Nested(images) : string.Join(',', images.Span.ToArray());
        return $$"""
        {"inputs":[{"data":[{{data}}],"name":"image","datatype":"UINT8","shape":[{{images.Count}},224,224,3]}]{{extra}}}
        """;
    }

    private static string Nested(PixelTensor images) => string.Join(',', Enumerable.Range(0, images.Count).Select(n =>
        $"[{string.Join(",\n", images.Image(n).ToArray().Chunk(PixelTensor.Side * 3).Select(row =>
            $"[{string.Join(',', row.Chunk(3).Select(pixel => $"[{pixel[0]}, {pixel[1]}, {pixel[2]}]"))}]"))}]"));
}
