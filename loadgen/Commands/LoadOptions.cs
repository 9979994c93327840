using System.Buffers;
using System.CommandLine;
using System.Text.RegularExpressions;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Commands;

/// <summary>The options, and the settings they make.</summary>
internal sealed partial class LoadOptions
{
    // What a shell would read otherwise.
    private static readonly SearchValues<char> Quoted = SearchValues.Create(" <>&|;*?()$");

    private readonly Option<string?> _scenario = new("--scenario") { Description = "Scenario file (JSON, docs/load.md)" };
    private readonly Option<string[]> _urls = new("--url") { Description = "Address of an edge; several are asked in turn [default: http://127.0.0.1:5010]" };
    private readonly Option<double?> _rate = new("--rate") { Description = "Open model: requests a second [default: 20]" };
    private readonly Option<string?> _arrivals = new("--arrivals") { Description = "Open model: even or poisson [default: even]" };
    private readonly Option<string[]> _stages = new("--stage") { Description = "Open model: 30s:50 holds 50/s, 1m:10..80 climbs; several follow each other" };
    private readonly Option<int?> _clients = new("--clients") { Description = "Closed model: clients that each wait for their answer" };
    private readonly Option<string?> _duration = new("--duration") { Description = "How long is measured [default: 30s]" };
    private readonly Option<int?> _requests = new("--requests") { Description = "Measured requests after which the run ends" };
    private readonly Option<string?> _warmUp = new("--warm-up") { Description = "Load before anything is measured [default: 3s]" };
    private readonly Option<string?> _photos = new("--photos") { Description = "Photograph, or folder of them [default: ../shared/photos where it exists, else drawn ones]" };
    private readonly Option<string?> _body = new("--body") { Description = "multipart or raw [default: multipart]" };
    private readonly Option<bool?> _noKeepAlive = new("--no-keep-alive") { Description = "A connection for each request", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int?> _edges = new("--edges") { Description = "Simulated edges, each with its own device id [default: 4]" };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "A request that takes longer is an error [default: 10s]" };
    private readonly Option<int?> _maxInFlight = new("--max-in-flight") { Description = "Open model: more than this under way are not sent, and count as errors [default: 1024]" };
    private readonly Option<string[]> _headers = new("--header") { Description = "Header to send, name:value" };
    private readonly Option<string[]> _require = new("--require") { Description = "\"p95<150ms\", \"errors<0.1%\", \"rate>50\", \"traces>=100%\"; also p50 … p99.9, mean, min, max, degraded" };
    private readonly Option<string?> _checkTraces = new("--check-traces") { Description = "Share of the traces to read back; 0 for none [default: 5%, where --jaeger answers]" };
    private readonly Option<string?> _jaeger = new("--jaeger") { Description = "Jaeger's query API, http://user:password@host where it wants a login [default: http://127.0.0.1:16686]" };
    private readonly Option<int?> _seed = new("--seed") { Description = "Chance of the Poisson arrivals [default: 1]" };

    /// <summary>Where the files go.</summary>
    public Option<string> Report { get; } = new("--report")
    {
        Description = "Folder for report.html, report.json and report.csv, or none",
        DefaultValueFactory = _ => Path.Combine("logs", "load"),
    };

    /// <summary>An earlier run to set this one beside.</summary>
    public Option<string?> Compare { get; } = new("--compare") { Description = "report.json of an earlier run, to set this one beside" };

    /// <summary>Who makes the load.</summary>
    public Option<string> Engine { get; } = new Option<string>("--engine")
    {
        Description = "own, or nbomber in a build with -p:NBomber=true",
        DefaultValueFactory = _ => "own",
    }.AcceptOnlyFromAmong("own", "nbomber");

    public IEnumerable<Option> All =>
    [
        _urls, _rate, _arrivals, _stages, _clients, _duration, _requests, _warmUp, _photos, _body, _noKeepAlive, _edges, _timeout, _maxInFlight,
        _headers, _require, _checkTraces, _jaeger, Report, Compare, _scenario, _seed, Engine,
    ];

    /// <summary>What the command line says, over what the scenario file says.</summary>
    /// <exception cref="UsageException">The file or a header is wrong.</exception>
    public ScenarioSettings Settings(ParseResult parsed)
    {
        var given = new ScenarioSettings
        {
            Urls = Given(parsed, _urls),
            Rate = parsed.GetValue(_rate),
            Arrivals = parsed.GetValue(_arrivals),
            Stages = Given(parsed, _stages),
            Clients = parsed.GetValue(_clients),
            Duration = parsed.GetValue(_duration),
            Requests = parsed.GetValue(_requests),
            WarmUp = parsed.GetValue(_warmUp),
            Photos = parsed.GetValue(_photos),
            Body = parsed.GetValue(_body),
            KeepAlive = parsed.GetValue(_noKeepAlive) is { } off ? !off : null,
            Edges = parsed.GetValue(_edges),
            Timeout = parsed.GetValue(_timeout),
            MaxInFlight = parsed.GetValue(_maxInFlight),
            Headers = Given(parsed, _headers) is { } headers ? Headers(headers) : null,
            Require = Given(parsed, _require),
            CheckTraces = parsed.GetValue(_checkTraces),
            Jaeger = parsed.GetValue(_jaeger),
            Seed = parsed.GetValue(_seed),
        };

        return parsed.GetValue(_scenario) is { } file ? given.Over(ScenarioSettings.Read(file)) : given;
    }

    /// <summary>How the program was called, as the report names it: without the values of headers, and without logins, which may be secrets.</summary>
    public string CommandLine(ParseResult parsed)
    {
        var words = new List<string> { "loadgen" };

        foreach (var token in parsed.Tokens)
        {
            var text = words[^1] == _headers.Name ? $"{token.Value.Split(':')[0]}:…" : Login().Replace(token.Value, "//…@");
            words.Add(text.AsSpan().ContainsAny(Quoted) ? $"\"{text}\"" : text);
        }

        return string.Join(' ', words);
    }

    [GeneratedRegex("//[^/@]*@")]
    private static partial Regex Login();

    private static string[]? Given(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) is { Length: > 0 } values ? values : null;

    private static Dictionary<string, string> Headers(IEnumerable<string> texts)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        foreach (var text in texts)
        {
            if (text.Split(':', 2) is not [{ Length: > 0 } name, var value])
            {
                throw new UsageException($"--header takes name:value, not '{text}'.");
            }

            if (!headers.TryAdd(name.Trim(), value.Trim()))
            {
                throw new UsageException($"--header is given twice for {name.Trim()}.");
            }
        }

        return headers;
    }
}
