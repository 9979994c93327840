using System.Text.Json.Serialization;
using InferenceTracing.LoadGenerator.Requirements;

namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>What is going to be done, checked and complete.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>The edges' addresses, asked in turn.</summary>
    public required IReadOnlyList<Uri> Targets { get; init; }

    public required LoadShape Load { get; init; }

    /// <summary>How long is measured; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> where only a count ends it.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Measured requests after which the run ends; null where only time ends it.</summary>
    public required int? Requests { get; init; }

    /// <summary>Load before anything is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>A folder or a file; null for the photographs that are there.</summary>
    public required string? Photos { get; init; }

    /// <summary>True to send a form with the file in it, false for the file alone.</summary>
    public required bool Multipart { get; init; }

    public required bool KeepAlive { get; init; }

    /// <summary>Simulated edges, each with a device id of its own.</summary>
    public required int Edges { get; init; }

    /// <summary>A request that takes longer is a timeout.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Requests under way at once in the open model; one that finds this many is not sent and counts as an error.</summary>
    public required int MaxInFlight { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required IReadOnlyList<Requirement> Requirements { get; init; }

    /// <summary>The share of answered requests whose traces are read back.</summary>
    public required double CheckTraces { get; init; }

    /// <summary>True when the share was asked for, so that traces which cannot be read are an error.</summary>
    public required bool MustCheckTraces { get; init; }

    /// <summary>Jaeger's query API.</summary>
    public required Uri Jaeger { get; init; }

    /// <summary>User and password for it, <c>viewer:…</c>, where its address named them; in no report.</summary>
    [JsonIgnore]
    public required string? JaegerLogin { get; init; }

    public required int Seed { get; init; }
}
