namespace InferenceTracing.Ensemble;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Answers lack a vote from now on: {Missing}")]
    public static partial void Degraded(ILogger logger, string missing);

    [LoggerMessage(Level = LogLevel.Information, Message = "Answers have every member's vote again")]
    public static partial void Whole(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Member} at {Url} is ready")]
    public static partial void MemberReady(ILogger logger, string member, Uri url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Member} at {Url} is not ready: {Reason}")]
    public static partial void MemberLost(ILogger logger, string member, Uri url, string reason);
}
