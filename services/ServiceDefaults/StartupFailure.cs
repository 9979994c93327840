using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ServiceDefaults;

/// <summary>What keeps a service from starting, in one line on standard error and without a stack trace; a defect still ends with its own.</summary>
internal static class StartupFailure
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>Who says the line: the service's name, once it is known.</summary>
    public static string Speaker { get; set; } = AppDomain.CurrentDomain.FriendlyName;

    /// <summary>Until then a failure ends the process with a line.</summary>
    public static bool HasStarted { get; set; }

    /// <summary>Program.cs has no handler of its own: whatever leaves it before the service has started arrives here, before the runtime prints it.</summary>
    public static void EndInOneLine() => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (!HasStarted && unhandled.ExceptionObject is Exception failure && Explain(failure) is { } line)
        {
            Console.Error.WriteLine($"{Speaker}: {line}");
            Environment.Exit(1);
        }
    };

    /// <summary>The host would log the same failure as well, with its stack trace: it is silent until it has started.</summary>
    public static void SilenceHost(ILoggingBuilder logging) => logging.AddFilter(HostCategory, level => level >= LogLevel.Information && HasStarted);

    /// <summary>One line for what an operator can mend; null for a defect, whose stack trace is wanted.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        StartupException => failure.Message,
        InvalidOperationException or FormatException when IsUnreadableSetting(failure.Message) => failure.Message,
        InvalidOperationException unknown when IsUnknownSetting(unknown) =>
            $"unknown setting{unknown.Message[unknown.Message.LastIndexOf(':')..]}",
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        IOException { InnerException: AddressInUseException } busy => $"{busy.Message} Choose another with --urls.",
        SocketException socket => $"cannot listen: {socket.Message}.",
        FileNotFoundException missing => $"file not found: {missing.FileName ?? missing.Message}",
        InvalidDataException data => data.Message,
        _ when failure.InnerException is { } inner => Explain(inner),
        _ => null,
    };

    /// <summary>How the configuration binder and Kestrel begin what they say of a value they cannot read; they have no exception type for it.</summary>
    private static bool IsUnreadableSetting(string message) =>
        message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal)
        || message.StartsWith("Invalid url", StringComparison.Ordinal);

    private static bool IsUnknownSetting(InvalidOperationException failure) =>
        failure is { InnerException: null } && failure.Message.StartsWith("'ErrorOnUnknownConfiguration'", StringComparison.Ordinal);
}

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
