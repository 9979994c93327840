using InferenceTracing.ModelRepository;
using InferenceTracing.Preprocessing.Cluster;

namespace InferenceTracing.Preprocessing;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster at {Url}: {State}")]
    public static partial void Cluster(ILogger logger, string url, string state);

    [LoggerMessage(Level = LogLevel.Information, Message = "The circuit to {Url} is {State}")]
    public static partial void Circuit(ILogger logger, CircuitState state, string url);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model} {Version} ({Precision}) votes at the edge: {Mode}")]
    public static partial void Votes(ILogger logger, string model, string version, Precision precision, EdgeMode mode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The edge's own model failed: {Message}")]
    public static partial void VoteFailed(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered {Status}: {Reason}: {Detail}")]
    public static partial void Refused(ILogger logger, int status, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox keeps no answer until this is mended: {Reason}")]
    public static partial void OutboxRefuses(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The outbox keeps answers again")]
    public static partial void OutboxWhole(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "An answer could not be judged: {Reason}")]
    public static partial void NotJudged(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook at {Host}: {State}")]
    public static partial void Webhook(ILogger logger, string host, string state);
}
