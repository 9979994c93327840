using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>What a scenario file or the command line says; null where it says nothing. docs/load.md lists the fields.</summary>
internal sealed record ScenarioSettings
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? Urls { get; init; }

    public double? Rate { get; init; }

    public string? Arrivals { get; init; }

    public IReadOnlyList<string>? Stages { get; init; }

    public int? Clients { get; init; }

    public string? Duration { get; init; }

    public int? Requests { get; init; }

    public string? WarmUp { get; init; }

    public string? Photos { get; init; }

    public string? Body { get; init; }

    public bool? KeepAlive { get; init; }

    public int? Edges { get; init; }

    public string? Timeout { get; init; }

    public int? MaxInFlight { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public IReadOnlyList<string>? Require { get; init; }

    public string? CheckTraces { get; init; }

    public string? Jaeger { get; init; }

    public int? Seed { get; init; }

    /// <summary>Whether a list has something in each place: null is nothing that could be said there.</summary>
    private bool IsWhole => !new[] { Urls, Stages, Require, Headers?.Values }.Any(list => list?.Contains(null!) is true);

    /// <exception cref="UsageException">The file is missing, is no JSON, or has a field that means nothing.</exception>
    public static ScenarioSettings Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"--scenario takes a file, and {path} is a folder.");
        }

        try
        {
            var bytes = File.ReadAllBytes(path);

            if (bytes is [0xEF, 0xBB, 0xBF, ..] or [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
            {
                throw new UsageException($"{path} begins with a byte order mark: save it as UTF-8 without one.");
            }

            var settings = JsonSerializer.Deserialize(bytes, SettingsJson.Default.ScenarioSettings);
            return settings is not null && settings.IsWhole ? settings : throw new UsageException($"{path}: the file holds no scenario, or a null in a list.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--scenario: {failure.Message}");
        }
        catch (JsonException failure)
        {
            throw new UsageException($"{path}: {failure.Message}");
        }
    }

    /// <summary>These settings, and where they say nothing, those of <paramref name="file"/>. A load given here replaces the file's as a whole.</summary>
    public ScenarioSettings Over(ScenarioSettings file)
    {
        var load = Rate is null && Stages is null && Clients is null ? file : this;
        var length = Duration is null && Requests is null && Stages is null ? file : this;

        return new ScenarioSettings
        {
            Name = Name ?? file.Name,
            Urls = Urls ?? file.Urls,
            Rate = load.Rate,
            Stages = load.Stages,
            Clients = load.Clients,
            Arrivals = Arrivals ?? file.Arrivals,
            Duration = length.Duration,
            Requests = length.Requests,
            WarmUp = WarmUp ?? file.WarmUp,
            Photos = Photos ?? file.Photos,
            Body = Body ?? file.Body,
            KeepAlive = KeepAlive ?? file.KeepAlive,
            Edges = Edges ?? file.Edges,
            Timeout = Timeout ?? file.Timeout,
            MaxInFlight = MaxInFlight ?? file.MaxInFlight,
            Headers = Headers ?? file.Headers,
            Require = Require ?? file.Require,
            CheckTraces = CheckTraces ?? file.CheckTraces,
            Jaeger = Jaeger ?? file.Jaeger,
            Seed = Seed ?? file.Seed,
        };
    }
}

/// <summary>A misspelt field is an error, not a default, and so is one that is there twice.</summary>
[JsonSerializable(typeof(ScenarioSettings))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    AllowDuplicateProperties = false)]
internal sealed partial class SettingsJson : JsonSerializerContext;
