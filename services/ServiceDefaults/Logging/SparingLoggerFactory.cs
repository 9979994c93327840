using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults.Logging;

/// <summary>
/// A flood of refusals is no flood of lines: of one kind of line a few a second are logged, then how many were left out. That holds from information
/// upwards, since the framework says of each refusal what it did; who asks for more detail gets all of it. It stands before all providers, so that what is
/// exported is bounded too.
/// </summary>
internal sealed class SparingLoggerFactory(LoggerFactory inner, TimeProvider clock) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new SparingLogger(inner.CreateLogger(categoryName), clock);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Nothing: the container disposes the factory behind it.</summary>
    public void Dispose()
    {
    }
}

/// <summary>A category's logger. A kind of line is an event id, which each message of ours has.</summary>
internal sealed class SparingLogger(ILogger inner, TimeProvider clock) : ILogger
{
    private readonly ConcurrentDictionary<EventId, LineBudget> _kinds = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Information || BudgetOf(logLevel, eventId).TryTake())
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    private LineBudget BudgetOf(LogLevel level, EventId kind) => _kinds.GetOrAdd(
        kind, id => new LineBudget(clock, count => ServiceDefaults.Log.LeftOut(inner, level, count, id)));
}
