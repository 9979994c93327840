namespace InferenceTracing.ServiceDefaults;

/// <summary>Something an operator can mend keeps the service from starting; the message is the one line they read.</summary>
public sealed class StartupException : Exception
{
    /// <summary>The line for the operator.</summary>
    public StartupException(string message)
        : base(message)
    {
    }

    /// <summary>The line for the operator, and what caused it.</summary>
    public StartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
