namespace InferenceTracing.Setup;

/// <summary>Something the operator can mend; the message is the one sentence they read.</summary>
internal sealed class SetupException(string message) : Exception(message);
