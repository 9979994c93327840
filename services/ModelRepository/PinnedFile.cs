namespace InferenceTracing.ModelRepository;

/// <summary>A file of the outside world: where it may be fetched, and what it must be. Only the hash is trusted.</summary>
/// <param name="Addresses">Tried in this order.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record PinnedFile(IReadOnlyList<Uri> Addresses, long Bytes, string Sha256);
