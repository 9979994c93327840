using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Cluster;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>What the edge answers: the prediction, who voted for what, where the time went, and the trace that shows it.</summary>
/// <param name="Prediction">The ensemble's first choice.</param>
/// <param name="Top">Its first choices, best first.</param>
/// <param name="Votes">Each member's vote, or why it has none.</param>
/// <param name="Degraded">True when a member is missing from the vote.</param>
/// <param name="Untrained">True when weights are random numbers and the answer means nothing.</param>
/// <param name="Image">What was uploaded.</param>
/// <param name="Timings">Milliseconds of each stage.</param>
/// <param name="Trace">Where to see it all.</param>
internal sealed record ClassificationAnswer(
    NamedClass Prediction,
    IReadOnlyList<NamedClass> Top,
    IReadOnlyList<Vote> Votes,
    bool Degraded,
    bool Untrained,
    ImageDescription Image,
    Timings Timings,
    TraceReference? Trace)
{
    /// <summary>Puts the answer together from the ensemble's.</summary>
    /// <exception cref="InferenceException">The ensemble's answer lacks what it promises.</exception>
    public static ClassificationAnswer Of(ClassifiedAnswer answer, ImageHeader header, int bytes, StageClock clock, TraceReference? trace)
    {
        if (answer.Images is not [{ Count: > 0 } top])
        {
            throw new InferenceException(StatusCodes.Status503ServiceUnavailable, "bad_upstream_answer", "The ensemble's answer names no class.");
        }

        var request = clock[Stage.Request];
        var ensemble = answer.Parameters.GetValueOrDefault("ensemble_ms") switch { double value => value, long value => value, _ => 0 };

        return new ClassificationAnswer(
            top[0],
            top,
            VotesOf(answer),
            answer.Parameters.GetValueOrDefault("degraded") is true,
            answer.Parameters.GetValueOrDefault("untrained") is true,
            new ImageDescription(header.Format, header.Width, header.Height, bytes),
            new Timings(
                clock[Stage.Upload], clock[Stage.Queue], clock[Stage.Inspect], clock[Stage.Preprocess], request,
                Math.Round(request - ensemble, 3), ensemble, clock.TotalMilliseconds),
            trace);
    }

    private static List<Vote> VotesOf(ClassifiedAnswer answer)
    {
        if (answer.Parameters.GetValueOrDefault("members") is not string json)
        {
            return [];
        }

        var members = JsonSerializer.Deserialize(json, MemberReport.Json.MemberReportArray) ?? [];

        return [.. members.Select(member => new Vote(
            member.Name,
            member.Version,
            member.Votes is [var vote, ..] ? vote.Label : null,
            member.Votes is [var voted, ..] ? voted.Class : null,
            member.Votes is [var first, ..] ? first.Probability : null,
            [.. (member.Top ?? []).Select(top => new NamedClass(top.Label, top.Class, top.Probability))],
            member.Error,
            member.Ms,
            member.QueueMs,
            member.RunMs,
            member.Precision))];
    }
}

/// <summary>One member's vote and its likeliest classes; without a label it failed, for the reason in <paramref name="Error"/>.</summary>
internal sealed record Vote(string Model, string? Version, string? Label, int? Class, float? Probability, IReadOnlyList<NamedClass> Top, string? Error, double Ms, double? QueueMs, double? RunMs, string? Precision);

/// <summary>The upload: format, stored width and height in pixels, size in bytes.</summary>
internal sealed record ImageDescription(string Format, int Width, int Height, int Bytes);

/// <summary>
/// Milliseconds: of the edge's stages, of the ensemble as it measured itself, and of the hops between the two. Upload, queue, inspect, preprocess and request are the
/// total; network and ensemble are the request.
/// </summary>
internal sealed record Timings(double Upload, double Queue, double Inspect, double Preprocess, double Request, double Network, double Ensemble, double Total);

/// <summary>The trace's id, and the address where it is seen.</summary>
internal sealed record TraceReference(string Id, string? Url)
{
    /// <summary>The trace of the request being answered; null where tracing is off.</summary>
    public static TraceReference? Current(ClusterOptions cluster) => Activity.Current is { } span
        ? new TraceReference(
            span.TraceId.ToHexString(),
            cluster.TraceUrl is "" ? null : cluster.TraceUrl.Replace("{traceId}", span.TraceId.ToHexString(), StringComparison.Ordinal))
        : null;
}
