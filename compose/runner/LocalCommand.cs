using System.CommandLine;
using System.CommandLine.Parsing;
using InferenceTracing.ModelRepository;

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

        var models = new Option<string[]>("--models")
        {
            Description = "Who votes, in place of the list's voters: names of models that a repository has or the list knows, for example --models mobilenetv2 efficientnetlite0",
            AllowMultipleArgumentsPerToken = true,
        };
        var write = new Command("models", "Writes what compose/laptop.yaml and k8s/ say of the models, as services/ModelRepository/models.json has them");
        write.SetAction(_ => ModelFiles.Write(Checkout.Find().Root, Console.Out));

        var precision = new Option<string>("--precision")
        {
            Description = "What the networks compute with; int8 versions that are missing are made first, with the photographs of ../shared/labelled",
            DefaultValueFactory = _ => Precision.Float32.Name(),
        };

        precision.AcceptOnlyFromAmong(Precision.Float32.Name(), Precision.Int8.Name());

        var mode = new Option<string>("--mode")
        {
            Description = "Who answers: the cluster (cloud), the cluster or else the edge's own model (fallback), that where it is sure (cascade, which needs a calibration), or it alone (edge)",
            DefaultValueFactory = _ => "cloud",
        };
        var edgeModel = new Option<string>("--edge-model") { Description = "The edge's own model, in every mode but cloud", DefaultValueFactory = _ => "mobilenetv2" };

        mode.AcceptOnlyFromAmong("cloud", "fallback", "cascade", "edge");

        var command = new RootCommand("Starts the whole system on this machine, classifies photographs, prints their traces, stays up until Ctrl-C.")
        {
            photos, once, ports, freePorts, logs, otlp, models, precision, mode, edgeModel, write,
        };

        ports.Validators.Add(Validate);
        otlp.Validators.Add(ValidateAddress);
        models.Validators.Add(ValidateModels);
        edgeModel.Validators.Add(ValidateModels);
        command.SetAction((parsed, cancellationToken) => LocalRun.RunAsync(
            new LocalOptions(
                parsed.GetValue(photos),
                parsed.GetValue(once),
                (parsed.GetValue(ports) ?? []).Select(setting => ParsePort(setting)!.Value).ToDictionary(port => port.Service, port => port.Port),
                parsed.GetValue(freePorts),
                parsed.GetValue(logs),
                parsed.GetValue(otlp) is { } address ? new Uri(address) : null,
                parsed.GetValue(models) is { Length: > 0 } names ? names : null,
                Enum.Parse<Precision>(parsed.GetValue(precision)!, ignoreCase: true),
                parsed.GetValue(mode) is "cloud" ? null : new EdgeVoting(parsed.GetValue(mode)!, parsed.GetValue(edgeModel)!)),
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

    private static void ValidateModels(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(token => !ModelStore.IsName(token.Value)))
        {
            result.AddError($"{result.Option.Name} takes names of models, not '{token.Value}'.");
        }

        foreach (var twice in result.Tokens.GroupBy(token => token.Value).Where(group => group.Count() > 1))
        {
            result.AddError($"{result.Option.Name} names {twice.Key} twice.");
        }
    }

    private static (string Service, int Port)? ParsePort(string setting) =>
        setting.Split('=') is [{ Length: > 0 } service, var text] && ushort.TryParse(text, out var port) && port > 0 ? (service, port) : null;
}

/// <summary>What the command line asks for.</summary>
internal sealed record LocalOptions(
    string? Photos,
    bool Once,
    IReadOnlyDictionary<string, int> Ports,
    bool FreePorts,
    string? Logs,
    Uri? Otlp,
    IReadOnlyList<string>? Models,
    Precision Precision,
    EdgeVoting? Edge);

/// <summary>The edge's own vote.</summary>
/// <param name="Mode"><c>fallback</c>, <c>cascade</c> or <c>edge</c>.</param>
/// <param name="Model">Its model.</param>
internal sealed record EdgeVoting(string Mode, string Model);
