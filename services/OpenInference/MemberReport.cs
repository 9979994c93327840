using System.Text.Json.Serialization;

namespace InferenceTracing.OpenInference;

/// <summary>How one member of an ensemble voted; the ensemble's v2 parameter <c>members</c> is a JSON array of these.</summary>
/// <param name="Name">The member's model name.</param>
/// <param name="Version">The version that answered; null when it failed.</param>
/// <param name="Votes">Its first choice for each image; empty when it failed.</param>
/// <param name="Top">Its likeliest classes of the first image, best first; empty when it failed.</param>
/// <param name="Error">Why it failed, one line; null when it voted.</param>
/// <param name="Ms">Milliseconds from the ensemble's question to the member's answer.</param>
/// <param name="QueueMs">Milliseconds of that in the member's queue.</param>
/// <param name="RunMs">Milliseconds of that in the network itself.</param>
public sealed record MemberReport(
    string Name, string? Version, IReadOnlyList<MemberVote> Votes, IReadOnlyList<MemberVote> Top, string? Error, double Ms, double? QueueMs, double? RunMs)
{
    /// <summary>What the network that answered computes with; null when it failed or does not say.</summary>
    public string? Precision { get; init; }

    /// <summary>The report's JSON form.</summary>
    public static MemberReportJson Json => MemberReportJson.Default;
}

/// <summary>What a member takes an image for.</summary>
/// <param name="Class">The class, 0 … 999.</param>
/// <param name="Label">Its label.</param>
/// <param name="Probability">The member's own probability, 0 … 1.</param>
public sealed record MemberVote(int Class, string Label, float Probability);

/// <summary>Source-generated JSON of <see cref="MemberReport"/>, snake case as v2's own names.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemberReport[]))]
public sealed partial class MemberReportJson : JsonSerializerContext;
