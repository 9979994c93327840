namespace InferenceTracing.Photos;

/// <summary>A photograph to classify.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Bytes">The file, as it is sent.</param>
public sealed record Photograph(string Name, byte[] Bytes);
