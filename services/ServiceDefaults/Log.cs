using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void Unhandled(ILogger logger, Exception failure, string method, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "Whoever started this process is gone: stopping")]
    public static partial void ParentGone(ILogger logger);
}
