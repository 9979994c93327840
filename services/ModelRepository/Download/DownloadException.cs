namespace InferenceTracing.ModelRepository.Download;

/// <summary>A file could not be fetched; the message says why, address by address.</summary>
internal sealed class DownloadException(string message) : Exception(message);
