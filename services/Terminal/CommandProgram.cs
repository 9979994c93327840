using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace InferenceTracing.Terminal;

/// <summary>
/// How a command of ours runs: what is wrong with its arguments is one line on standard error and exit code 2, before anything starts; so is a file that
/// cannot be read or written. A defect ends with its stack trace and exit code 70.
/// </summary>
public static class CommandProgram
{
    private const int Defect = 70;
    private const int Stopped = 130;

    // What was started is stopped, and what was broken is mended, which may take longer than the two seconds a command has by default.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>The proxy that the environment names, for calls that leave the system; null until <see cref="RunAsync"/>.</summary>
    public static IWebProxy? OutsideProxy { get; private set; }

    /// <summary>Runs a command line, and answers the exit code.</summary>
    public static async Task<int> RunAsync(RootCommand command, string[] args)
    {
        ArgumentNullException.ThrowIfNull(command);

        // For every client in the process, a library's too: what is called is beside it, or was named by the caller.
        OutsideProxy ??= HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy();
        Screen.Prepare();

        // A value that begins with @ is a value, and no file with more of the command line.
        var parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var wrong = parsed.Errors.Count > 0 ? parsed.Errors.Select(error => error.Message) : Doubles(parsed.CommandResult);

        return await GuardAsync(
            () => wrong.Any()
                ? throw new CommandException($"{string.Join(' ', wrong.Distinct())} See --help.")
                : parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Grace, EnableDefaultExceptionHandler = false }),
            Console.Error).ConfigureAwait(false);
    }

    /// <summary>Runs <paramref name="work"/>; what it refuses becomes a line on <paramref name="error"/>, and the exit code.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(error);

        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (CommandException refusal)
        {
            await error.WriteLineAsync(refusal.Message).ConfigureAwait(false);
            return refusal.ExitCode;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(OneLine(failure.Message)).ConfigureAwait(false);
            return CommandException.Refused;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped.").ConfigureAwait(false);
            return Stopped;
        }
        catch (Exception defect)
        {
            await error.WriteLineAsync(defect.ToString()).ConfigureAwait(false);
            return Defect;
        }
    }

    internal static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    /// <summary>The library takes the last of two values and says nothing.</summary>
    private static IEnumerable<string> Doubles(CommandResult command) => command.Children.OfType<OptionResult>()
        .Where(option => option.IdentifierTokenCount > 1 && option.Option.Arity.MaximumNumberOfValues <= 1)
        .Select(option => $"{option.Option.Name} is given {option.IdentifierTokenCount} times.");
}

/// <summary>Something the reader can mend; the message is what they read, and all they read.</summary>
public class CommandException : Exception
{
    /// <summary>The exit code of what is refused before anything starts.</summary>
    public const int Refused = 2;

    /// <summary>An argument, a file or a folder is not what it must be: one line.</summary>
    public CommandException(string message)
        : base(CommandProgram.OneLine(message)) => ExitCode = Refused;

    /// <summary>Something else, whose message may have several lines.</summary>
    public CommandException(string message, int exitCode)
        : base(message) => ExitCode = exitCode;

    /// <summary>How the process ends.</summary>
    public int ExitCode { get; }
}
