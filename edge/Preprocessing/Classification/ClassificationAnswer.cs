using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.ModelRepository;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Voting;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>What the edge answers: the prediction, whose it is, who voted for what, where the time went, and the trace that shows it.</summary>
/// <param name="Prediction">The first choice of the ensemble, or of the edge where that decided.</param>
/// <param name="Top">The first choices, best first.</param>
/// <param name="DecidedBy"><c>cluster</c> or <c>edge</c>.</param>
/// <param name="Why">One of <see cref="Reasons"/>; null where the cluster answered that is always asked.</param>
/// <param name="Provisional">True where the cluster would have been asked, and could not be.</param>
/// <param name="Queued">True where the cluster judges it afterwards: <c>GET /v1/answers/{trace id}</c> tells.</param>
/// <param name="Edge">The edge's own vote; null where none was taken.</param>
/// <param name="Votes">Each member's vote, or why it has none; empty where the edge decided.</param>
/// <param name="Degraded">True when a member is missing from the vote.</param>
/// <param name="Untrained">True when weights are random numbers and the answer means nothing.</param>
/// <param name="Image">What was uploaded.</param>
/// <param name="Timings">Milliseconds of each stage.</param>
/// <param name="Trace">Where to see it all.</param>
internal sealed record ClassificationAnswer(
    NamedClass Prediction,
    IReadOnlyList<NamedClass> Top,
    string DecidedBy,
    string? Why,
    bool Provisional,
    bool Queued,
    OwnVote? Edge,
    IReadOnlyList<Vote> Votes,
    bool Degraded,
    bool Untrained,
    ImageDescription Image,
    Timings Timings,
    TraceReference? Trace)
{
    /// <summary>Puts the answer together.</summary>
    /// <exception cref="InferenceException">The ensemble's answer lacks what it promises.</exception>
    public static ClassificationAnswer Of(Decision decision, ServedModel? own, ImageDescription image, StageClock clock, TraceReference? trace)
    {
        var answer = decision.Answer;
        var top = answer is null ? decision.Vote!.Top
            : answer.Images is [{ Count: > 0 } named] ? named
            : throw new InferenceException(StatusCodes.Status503ServiceUnavailable, "bad_upstream_answer", "The ensemble's answer names no class.");
        var ensemble = answer?.Parameters.GetValueOrDefault("ensemble_ms") switch { double value => value, long value => value, _ => 0 };

        return new ClassificationAnswer(
            top[0],
            top,
            decision.By,
            decision.Why,
            decision.Provisional,
            decision.Queued,
            OwnVote.Of(decision.Vote, own, clock[Stage.Infer]),
            answer is null ? [] : VotesOf(answer),
            answer?.Parameters.GetValueOrDefault("degraded") is true,
            answer is null ? own is { Untrained: true } : answer.Parameters.GetValueOrDefault("untrained") is true,
            image,
            Timings.Of(clock, ensemble),
            trace);
    }

    /// <summary>Each member's vote in the ensemble's answer.</summary>
    public static List<Vote> VotesOf(ClassifiedAnswer answer)
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

/// <summary>The vote of the edge's own model.</summary>
/// <param name="Confidence">The probability as the calibration corrects it, which the threshold is held against.</param>
/// <param name="Ms">Milliseconds of the network.</param>
internal sealed record OwnVote(string Model, string Version, string Precision, string Label, int Class, float Probability, float Confidence, double Ms, bool Untrained)
{
    public static OwnVote? Of(EdgeVote? vote, ServedModel? model, double ms) => vote is null || model is null ? null
        : new OwnVote(
            model.Name, model.Version, model.Precision.Name(), vote.Top[0].Label, vote.Top[0].Class, vote.Top[0].Probability, vote.Confidence, ms, model.Untrained);
}

/// <summary>The upload: format, stored width and height in pixels, size in bytes.</summary>
internal sealed record ImageDescription(string Format, int Width, int Height, int Bytes);

/// <summary>
/// Milliseconds: of the edge's stages, of the ensemble as it measured itself, and of the hops between the two. Upload, queue, inspect, preprocess, infer and request are
/// the total; network and ensemble are the request. Infer is the edge's own model.
/// </summary>
internal sealed record Timings(
    double Upload, double Queue, double Inspect, double Preprocess, double Infer, double Request, double Network, double Ensemble, double Total)
{
    public static Timings Of(StageClock clock, double ensemble) => new(
        clock[Stage.Upload], clock[Stage.Queue], clock[Stage.Inspect], clock[Stage.Preprocess], clock[Stage.Infer], clock[Stage.Request],
        Math.Round(clock[Stage.Request] - ensemble, 3), ensemble, clock.TotalMilliseconds);
}

/// <summary>The trace's id, and the address where it is seen.</summary>
internal sealed record TraceReference(string Id, string? Url)
{
    /// <summary>The trace of the request being answered; null where tracing is off.</summary>
    public static TraceReference? Current(ClusterOptions cluster) => Activity.Current is { } span ? Of(span.TraceId.ToHexString(), cluster) : null;

    /// <summary>The trace of that id.</summary>
    public static TraceReference Of(string id, ClusterOptions cluster) =>
        new(id, cluster.TraceUrl is "" ? null : cluster.TraceUrl.Replace("{traceId}", id, StringComparison.Ordinal));
}

/// <summary>The stages of a request at the edge, of which <see cref="Queue"/> comes again and again: before the photograph is looked at, before it is decoded, and before the edge votes in the cluster's place.</summary>
internal enum Stage
{
    Upload,
    Queue,
    Inspect,
    Preprocess,
    Infer,
    Request,
}

/// <summary>
/// Where the time of one request went, for its answer; the spans say the same in the trace. Each stage goes on from the end of the one before it, so that they
/// sum to the whole and nothing is lost between them.
/// </summary>
internal sealed class StageClock
{
    private readonly TimeProvider _clock;
    private readonly long[] _ticks = new long[Enum.GetValues<Stage>().Length];
    private long _last;

    public StageClock(TimeProvider clock) => (_clock, _last) = (clock, clock.GetTimestamp());

    /// <summary>Milliseconds of all stages that have ended.</summary>
    public double TotalMilliseconds => Milliseconds(_ticks.Sum());

    /// <summary>Milliseconds of a stage.</summary>
    public double this[Stage stage] => Milliseconds(_ticks[(int)stage]);

    /// <summary>What has passed since the stage before it was <paramref name="stage"/>.</summary>
    public void End(Stage stage)
    {
        var now = _clock.GetTimestamp();
        _ticks[(int)stage] += now - _last;
        _last = now;
    }

    private double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / _clock.TimestampFrequency, 3);
}

/// <summary>Whose answer it is, and why.</summary>
/// <param name="By"><c>cluster</c> or <c>edge</c>.</param>
/// <param name="Why">One of <see cref="Reasons"/>; null where the cluster answered that is always asked.</param>
/// <param name="Provisional">The cluster would have been asked, and could not be.</param>
/// <param name="Answer">The cluster's answer; null where it is the edge's.</param>
/// <param name="Vote">The edge's vote; null where none was taken.</param>
internal sealed record Decision(string By, string? Why, bool Provisional, ClassifiedAnswer? Answer, EdgeVote? Vote)
{
    public const string Cluster = "cluster", Edge = "edge";

    /// <summary>True when it is in the outbox, so that the cluster judges it afterwards.</summary>
    public bool Queued { get; init; }

    public static Decision OfCluster(ClassifiedAnswer answer, EdgeVote? vote) => new(Cluster, vote is null ? null : Reasons.Unsure, Provisional: false, answer, vote);

    public static Decision OfEdge(EdgeVote vote, string why, bool provisional = false) => new(Edge, why, provisional, Answer: null, vote);
}

/// <summary>Why who answered did.</summary>
internal static class Reasons
{
    /// <summary>The edge was sure.</summary>
    public const string Confident = "confident";

    /// <summary>It was not, so the cluster was asked.</summary>
    public const string Unsure = "unsure";

    /// <summary>The way to the cluster is lost.</summary>
    public const string ClusterUnreachable = "cluster_unreachable";

    /// <summary>The cluster did not answer in time.</summary>
    public const string Deadline = "deadline";

    /// <summary>The cluster had too much to do, or the edge had as much under way there as it may.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>The cluster refused for another reason; its span says which.</summary>
    public const string ClusterFailed = "cluster_failed";

    /// <summary>The cluster is never asked.</summary>
    public const string EdgeOnly = "edge_only";
}
