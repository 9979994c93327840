namespace InferenceTracing.OpenInference.Wire;

/// <summary>Headers of the binary tensor extension (triton-inference-server/server, docs/protocol/extension_binary_data.md).</summary>
internal static class WireHeaders
{
    /// <summary>Bytes of the JSON part; what follows it are raw tensors. 0: the whole body is the only input's tensor.</summary>
    public const string JsonLength = "Inference-Header-Content-Length";

    public const string Binary = "application/octet-stream";

    public const string Json = "application/json";

    /// <summary>Most bytes of a JSON part that carries no tensor.</summary>
    public const int LongestJson = 64 * 1024;
}
