using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.Gateway;

/// <summary>The section <c>Gateway</c> of the settings; routes and clusters are YARP's own section <c>ReverseProxy</c>.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>Who may come in, by a name that may be shown (<c>edge-1</c>).</summary>
    public Dictionary<string, ApiKeyOptions> ApiKeys { get; init; } = [];

    /// <summary>True opens the gateway to everybody; without it at least one key must be set.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>The longest request body, in bytes; a longer one is answered 413.</summary>
    [Range(1024, 1L << 30)]
    public long MaxBodyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Inference requests a second that one key may send in the long run; more are answered 429.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 500;

    /// <summary>Requests one key may send at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; init; } = 1000;

    /// <summary>
    /// Background requests (<c>priority: u=7</c>, as an edge's outbox sends them) under way at once through this replica, of all keys together; more are answered 503. They go last at
    /// the model servers, so that they take what live requests leave; this bounds what waits there for its turn. About as many as there are model servers of a kind for each gateway.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BackgroundAtOnce { get; init; } = 4;

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        if (ApiKeys.Count == 0 && !AllowAnonymous)
        {
            yield return $"{Section}:ApiKeys is empty: set {Section}:ApiKeys:<name>:Key, or {Section}:AllowAnonymous=true to let everybody in.";
        }

        foreach (var twins in ApiKeys.GroupBy(key => key.Value.Key).Where(same => same.Count() > 1))
        {
            yield return $"{Section}:ApiKeys: {string.Join(" and ", twins.Select(twin => twin.Key))} have the same key.";
        }

        foreach (var (name, key) in ApiKeys)
        {
            if (key.Key.Length < ApiKeyOptions.MinLength)
            {
                yield return $"{Section}:ApiKeys:{name}:Key must have at least {ApiKeyOptions.MinLength} characters.";
            }

            foreach (var scope in key.Scopes.Except(ApiKeyOptions.AllScopes))
            {
                yield return $"{Section}:ApiKeys:{name}:Scopes knows {string.Join(", ", ApiKeyOptions.AllScopes)}, not '{scope}'.";
            }
        }
    }
}

/// <summary>A key and what it opens.</summary>
internal sealed class ApiKeyOptions
{
    public const int MinLength = 16;

    /// <summary>Everything there is to open: inference, OTLP in, the trace UI.</summary>
    public static readonly string[] AllScopes = ["inference", "otlp", "traces"];

    /// <summary>The secret.</summary>
    public string Key { get; init; } = "";

    /// <summary>What it opens, of <see cref="AllScopes"/>; an edge needs the first two.</summary>
    public string[] Scopes { get; init; } = [];
}
