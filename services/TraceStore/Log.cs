namespace InferenceTracing.TraceStore;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} span(s) rejected: {Reason}")]
    public static partial void SpansRejected(ILogger logger, int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} log record(s) rejected: {Reason}")]
    public static partial void LogsRejected(ILogger logger, int count, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "An export failed")]
    public static partial void ExportFailed(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The store is full: the oldest traces now make room for new ones")]
    public static partial void EvictionBegan(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing can be written until this is mended: {Reason}")]
    public static partial void WriteFailed(ILogger logger, string reason);
}
