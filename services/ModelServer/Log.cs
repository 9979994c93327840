namespace InferenceTracing.ModelServer;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Model: {Stage}")]
    public static partial void Stage(ILogger logger, string stage);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Model} version {Version} is ready: {Path}, {Threads} threads a run, {Runners} runners, batches up to {MaxBatch}")]
    public static partial void Ready(ILogger logger, string model, string version, string path, int threads, int runners, int maxBatch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} is UNTRAINED: the chain and the traces are real, the answers mean nothing")]
    public static partial void Untrained(ILogger logger, string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Model} version {Version} is refused, version {Served} is served: {Reason}")]
    public static partial void Refused(ILogger logger, string model, string version, string served, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Model} could not be loaded: {Reason}")]
    public static partial void LoadFailed(ILogger logger, string model, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A run of {Count} images failed")]
    public static partial void RunFailed(ILogger logger, Exception failure, int count);
}
