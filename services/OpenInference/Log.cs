using Microsoft.Extensions.Logging;

namespace InferenceTracing.OpenInference;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused, {Reason}: {Explanation}")]
    public static partial void Refused(ILogger logger, string reason, string explanation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed, {Reason}: {Explanation}")]
    public static partial void Failed(ILogger logger, string reason, string explanation, Exception? failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The first request, its own, took {Time}")]
    public static partial void FirstAnswered(ILogger logger, TimeSpan time);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The first request, its own, failed: {Reason}")]
    public static partial void FirstFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Call} failed")]
    public static partial void CallFailed(ILogger logger, Exception failure, string call);
}
