using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Imaging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>Puts the edge's answer together from the ensemble's.</summary>
internal sealed class AnswerWriter(IOptions<ClusterOptions> cluster)
{
    /// <exception cref="InferenceException">The ensemble's answer lacks what it promises.</exception>
    public ClassificationAnswer Compose(ClassifiedAnswer answer, ImageHeader header, int bytes, Stopwatches clock)
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
            Votes(answer),
            answer.Parameters.GetValueOrDefault("degraded") is true,
            answer.Parameters.GetValueOrDefault("untrained") is true,
            new ImageDescription(header.Format, header.Width, header.Height, bytes),
            new Timings(
                clock[Stage.Upload], clock[Stage.Inspect], clock[Stage.Preprocess], request,
                Math.Round(request - ensemble, 3), ensemble, clock.TotalMilliseconds),
            Trace());
    }

    /// <summary>The trace of the request being answered; null where tracing is off.</summary>
    public TraceReference? Trace() => Activity.Current is { } span
        ? new TraceReference(
            span.TraceId.ToHexString(),
            cluster.Value.TraceUrl is "" ? null : cluster.Value.TraceUrl.Replace("{traceId}", span.TraceId.ToHexString(), StringComparison.Ordinal))
        : null;

    private static List<Vote> Votes(ClassifiedAnswer answer)
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
            member.Error,
            member.Ms,
            member.QueueMs,
            member.RunMs))];
    }
}
