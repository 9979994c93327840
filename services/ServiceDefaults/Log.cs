using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void Unhandled(ILogger logger, Exception failure, string method, string path);

    [LoggerMessage(Message = "{Count} more like it left out ({Kind})")]
    public static partial void LeftOut(ILogger logger, LogLevel level, long count, EventId kind);

    [LoggerMessage(Level = LogLevel.Information, Message = "Whoever started this process is gone: stopping")]
    public static partial void ParentGone(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Traces kept: {Strategy}")]
    public static partial void SamplingChanged(ILogger logger, object strategy);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} does not say which traces to keep: {Reason}; until it does: {Strategy}")]
    public static partial void SamplingUnknown(ILogger logger, Uri address, string reason, object strategy);
}
