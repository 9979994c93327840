using System.CommandLine;
using System.CommandLine.Parsing;

namespace InferenceTracing.Runner;

/// <summary>The command line of <c>dotnet run --project compose/local</c>.</summary>
internal static class LocalCommand
{
    public static RootCommand Create()
    {
        var photos = new Option<string?>("--photos")
        {
            Description = "Folder of photographs to classify (default: ../shared/photos where it exists, else pictures it draws)",
        };
        var once = new Option<bool>("--once")
        {
            Description = "Classify, check and stop: exit code 0 only if every photograph was answered and every trace is complete",
        };
        var ports = new Option<string[]>("--port")
        {
            Description = "A service's port, for example --port preprocessing=6010; without it the usual one, or a free one where that is taken",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var freePorts = new Option<bool>("--free-ports") { Description = "Free ports for all services, so that several systems run beside each other" };
        var logs = new Option<string?>("--logs") { Description = "Folder of the services' logs (default: logs/local in the checkout)" };

        var otlp = new Option<string?>("--otlp")
        {
            Description = "Send spans, metrics and logs to this OTLP address (Jaeger, the Aspire dashboard, Grafana) in place of the store; gRPC at port 4317 or 18889, else HTTP",
        };

        var command = new RootCommand("Starts the whole system on this machine, classifies photographs, prints their traces, stays up until Ctrl-C.")
        {
            photos, once, ports, freePorts, logs, otlp,
        };

        ports.Validators.Add(Validate);
        otlp.Validators.Add(ValidateAddress);
        command.SetAction((parsed, cancellationToken) => LocalRun.RunAsync(
            new LocalOptions(
                parsed.GetValue(photos),
                parsed.GetValue(once),
                (parsed.GetValue(ports) ?? []).Select(setting => ParsePort(setting)!.Value).ToDictionary(port => port.Service, port => port.Port),
                parsed.GetValue(freePorts),
                parsed.GetValue(logs),
                parsed.GetValue(otlp) is { } address ? new Uri(address) : null),
            cancellationToken));

        return command;
    }

    /// <summary>Which services there are depends on which models lie here: <see cref="Fleet.PortChoice"/> knows.</summary>
    private static void Validate(OptionResult result)
    {
        var given = new List<(string Service, int Port)>();

        foreach (var token in result.Tokens)
        {
            if (ParsePort(token.Value) is not { } port)
            {
                result.AddError($"--port takes <service>=<port>, for example preprocessing=6010, not '{token.Value}'.");
            }
            else if (given.Find(one => one.Service == port.Service || one.Port == port.Port) is { Service: not null } other)
            {
                result.AddError(other.Service == port.Service
                    ? $"--port is given twice for {port.Service}."
                    : $"--port gives {other.Service} and {port.Service} the same port, {port.Port}.");
            }
            else
            {
                given.Add(port);
            }
        }
    }

    private static void ValidateAddress(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(token => !Uri.TryCreate(token.Value, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
        {
            result.AddError($"--otlp takes an http(s) address, for example http://127.0.0.1:4318, not '{token.Value}'.");
        }
    }

    private static (string Service, int Port)? ParsePort(string setting) =>
        setting.Split('=') is [{ Length: > 0 } service, var text] && ushort.TryParse(text, out var port) && port > 0 ? (service, port) : null;
}

/// <summary>What the command line asks for.</summary>
internal sealed record LocalOptions(string? Photos, bool Once, IReadOnlyDictionary<string, int> Ports, bool FreePorts, string? Logs, Uri? Otlp);
