using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Requirements;
using InferenceTracing.Terminal;

namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>Makes a scenario of settings: fills in what they leave out and refuses what does not go together.</summary>
internal static class ScenarioBuilder
{
    private const double DefaultRate = 20;
    private const string DefaultUrl = "http://127.0.0.1:5010";
    private const string DefaultPath = "/preprocessing";

    /// <exception cref="UsageException">A setting is wrong; the message names it.</exception>
    public static Scenario Build(ScenarioSettings settings)
    {
        var requests = Positive(settings.Requests, "requests");
        var (load, duration) = Load(settings, requests);
        var jaeger = Address(settings.Jaeger ?? "http://127.0.0.1:16686", "jaeger");

        return new Scenario
        {
            Name = settings.Name ?? "load",
            Targets = [.. (settings.Urls is { Count: > 0 } urls ? urls : [DefaultUrl]).Select(Target)],
            Load = load,
            Duration = duration,
            Requests = requests,
            WarmUp = QuantityText.Duration(settings.WarmUp ?? "3s"),
            Photos = settings.Photos,
            Multipart = Body(settings.Body ?? "multipart"),
            KeepAlive = settings.KeepAlive ?? true,
            Edges = Positive(settings.Edges, "edges", most: 1_000_000) ?? 4,
            Timeout = QuantityText.Duration(settings.Timeout ?? "10s") is { Ticks: > 0 } timeout ? timeout : throw new UsageException("timeout: must be longer than nothing."),
            MaxInFlight = Positive(settings.MaxInFlight, "max-in-flight", most: 1_000_000) ?? 1024,
            Headers = HeaderRules.Check(settings.Headers ?? new Dictionary<string, string>()),
            Requirements = [.. (settings.Require ?? []).Select(Requirement.Parse)],
            CheckTraces = QuantityText.Share(settings.CheckTraces ?? "5%"),
            MustCheckTraces = settings.CheckTraces is not null,
            Jaeger = jaeger.UserInfo is "" ? jaeger : new UriBuilder(jaeger) { UserName = "", Password = "" }.Uri,
            JaegerLogin = jaeger.UserInfo is "" ? null : Uri.UnescapeDataString(jaeger.UserInfo),
            Seed = settings.Seed ?? 1,
        };
    }

    private static (LoadShape Load, TimeSpan Duration) Load(ScenarioSettings settings, int? requests)
    {
        if (new[] { settings.Rate is not null, settings.Stages is not null, settings.Clients is not null }.Count(given => given) > 1)
        {
            throw new UsageException("rate, stages and clients exclude each other: an open model has a rate or stages, a closed one has clients.");
        }

        if (settings.Stages is not null && settings.Duration is not null)
        {
            throw new UsageException("stages and duration exclude each other: the stages say how long they last.");
        }

        var kind = Kind(settings.Arrivals ?? "even");
        var duration = settings.Duration is not null ? QuantityText.Duration(settings.Duration)
            : requests is not null ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromSeconds(30);

        if (duration == TimeSpan.Zero)
        {
            throw new UsageException("duration: must be longer than nothing.");
        }

        if (Positive(settings.Clients, "clients", most: 100_000) is { } clients)
        {
            return (new ClosedLoad(clients), duration);
        }

        if (settings.Stages is { Count: > 0 } texts)
        {
            var stages = texts.Select(StageText.Parse).ToList();
            return (new OpenLoad(stages, kind), stages.Aggregate(TimeSpan.Zero, static (sum, stage) => sum + stage.Duration));
        }

        var rate = settings.Rate is null or (> 0 and <= QuantityText.HighestRate)
            ? settings.Rate ?? DefaultRate
            : throw new UsageException($"rate: must be more than 0 requests a second, and at most {QuantityText.HighestRate}.");

        // Poisson may need a little longer for a count than its mean says; the count then ends it.
        var length = duration != Timeout.InfiniteTimeSpan
            ? duration
            : QuantityText.NotTooLong((requests!.Value / rate * (kind == ArrivalKind.Poisson ? 2 : 1)) + 1, $"{requests} requests at {rate} a second");
        return (new OpenLoad([new ArrivalStage(length, rate, rate)], kind), length);
    }

    private static ArrivalKind Kind(string text) => text switch
    {
        "even" or "constant" => ArrivalKind.Even,
        "poisson" => ArrivalKind.Poisson,
        _ => throw new UsageException($"arrivals: 'even' or 'poisson', not '{text}'."),
    };

    private static bool Body(string text) => text switch
    {
        "multipart" => true,
        "raw" => false,
        _ => throw new UsageException($"body: 'multipart' or 'raw', not '{text}'."),
    };

    private static Uri Target(string text)
    {
        var url = Address(text, "url");
        return url.AbsolutePath == "/" ? new Uri(url, DefaultPath) : url;
    }

    private static Uri Address(string text, string setting) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is not null
            ? url
            : throw new UsageException($"{setting}: '{text}' is no http address.");

    private static int? Positive(int? value, string setting, int most = int.MaxValue) =>
        value is null || (value > 0 && value <= most) ? value : throw new UsageException($"{setting}: must be from 1 to {most}, not {value}.");
}

/// <summary>Something the reader can mend before anything is measured; the message is the one line they read, the exit code is 2.</summary>
internal sealed class UsageException(string message) : CommandException(message);
