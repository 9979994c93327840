using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace InferenceTracing.LoadGenerator.Sizing;

/// <summary>The load that a cluster is to be made for: k8s/sizing.yaml.</summary>
internal sealed record SizingFile
{
    public int Edges { get; init; }

    /// <summary>On average over the day.</summary>
    public double PhotographsPerSecond { get; init; }

    /// <summary>In the busiest minutes.</summary>
    public double Busiest { get; init; }

    public string Mode { get; init; } = "cloud";

    public double Kept { get; init; } = 0.6;

    public int AuditEvery { get; init; } = 50;

    public double Sampling { get; init; } = 1;

    public double RetentionDays { get; init; } = 7;

    public int Copies { get; init; } = 2;

    public double Target { get; init; } = 0.7;

    public int LeastReplicas { get; init; } = 3;

    public double StoredSpanBytes { get; init; }

    public string Costs { get; init; } = "";

    /// <summary>Share of photographs that the cluster is asked about, sooner or later.</summary>
    public double Asked => Mode == "cascade" ? 1 - Kept + (AuditEvery > 0 ? Kept / AuditEvery : 0) : 1;

    /// <summary>The file, and the unit costs that it names, seen from its folder.</summary>
    /// <exception cref="UsageException">One of them is missing, is no such file, or says what cannot be meant; one line.</exception>
    public static (SizingFile Sizing, UnitCosts Costs) Read(string path)
    {
        try
        {
            var reader = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build();
            var sizing = reader.Deserialize<SizingFile?>(File.ReadAllText(path)) ?? throw new UsageException($"{path}: the file holds nothing.");
            var wrong =
                sizing.Edges < 1 || !(sizing.PhotographsPerSecond > 0) || !(sizing.Busiest >= sizing.PhotographsPerSecond) ? "edges and photographsPerSecond are above 0, and busiest is at least the latter"
                : sizing.Mode is not ("cloud" or "fallback" or "cascade") ? $"mode is cloud, fallback or cascade, not '{sizing.Mode}'"
                : sizing.Kept is not (>= 0 and <= 1) || sizing.Sampling is not (>= 0 and <= 1) || sizing.Target is not (> 0 and <= 1) ? "kept, sampling and target are shares, and target is above 0"
                : !(sizing.RetentionDays > 0) || sizing.Copies < 1 || sizing.LeastReplicas < 1 || sizing.AuditEvery < 0 || !(sizing.StoredSpanBytes > 0) ? "retentionDays and storedSpanBytes are above 0, copies and leastReplicas at least 1"
                : null;

            return wrong is null
                ? (sizing, PlanFile.ReadCosts(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, sizing.Costs)))
                : throw new UsageException($"{path}: {wrong}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--file: {failure.Message}");
        }
        catch (YamlException failure)
        {
            throw new UsageException($"{path}, line {failure.Start.Line}: {failure.InnerException?.Message ?? failure.Message}");
        }
    }
}
