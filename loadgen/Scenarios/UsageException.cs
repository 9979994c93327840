namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>Something the reader can mend before anything is measured; the message is the one line they read, the exit code is 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
