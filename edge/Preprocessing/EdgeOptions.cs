using System.ComponentModel.DataAnnotations;
using InferenceTracing.ModelRepository;

namespace InferenceTracing.Preprocessing;

/// <summary>The section <c>Edge</c> of the settings: the edge's own model, when its vote is the answer, and what becomes of answers that the cluster has yet to judge.</summary>
internal sealed class EdgeOptions
{
    public const string Section = "Edge";

    /// <summary>Who answers.</summary>
    [EnumDataType(typeof(EdgeMode))]
    public EdgeMode Mode { get; init; }

    /// <summary>The edge's own model, by its name in the repository; empty where only the cluster votes.</summary>
    public string Model { get; init; } = "";

    /// <summary>Which of its versions.</summary>
    [EnumDataType(typeof(Precision))]
    public Precision Precision { get; init; }

    /// <summary>False: a model that no repository has is drawn untrained at once.</summary>
    public bool Download { get; init; } = true;

    /// <summary>Where the edge keeps its calibration and its outbox; made if need be.</summary>
    [Required]
    public string Folder { get; init; } = "data/edge";

    /// <summary>Of so many confident answers the cluster judges one afterwards; 0: none.</summary>
    [Range(0, int.MaxValue)]
    public int AuditEvery { get; init; } = 50;

    /// <summary>Bytes of the outbox's photographs; beyond them the oldest go unjudged.</summary>
    [Range(1 << 20, 1L << 44)]
    public long OutboxBytes { get; init; } = 1L << 30;

    /// <summary>How long an answer waits for its judgement, and is kept with it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan OutboxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Judgements a second, at most; refusals make them fewer.</summary>
    [Range(0.01, 10_000)]
    public double JudgementsPerSecond { get; init; } = 10;

    /// <summary>After an outage an edge asks for its first judgement at a moment of its own within this time, and goes on slowly until it is answered: a whole region comes back in one second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ReturnWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where an answer that the cluster changed is POSTed to; empty: nowhere.</summary>
    public string Webhook { get; init; } = "";

    /// <summary>Whether the edge has a vote.</summary>
    public bool Votes => Model.Length > 0;

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        if (Mode != EdgeMode.Cloud && !Votes)
        {
            yield return $"{Section}:Mode {Mode.ToString().ToLowerInvariant()} needs a model at the edge: name one with {Section}:Model, mobilenetv2 for example.";
        }

        if (Webhook.Length > 0 && (!Uri.TryCreate(Webhook, UriKind.Absolute, out var hook) || hook.Scheme is not ("http" or "https")))
        {
            yield return $"{Section}:Webhook must be an http(s) address, not '{Webhook}'.";
        }
    }
}

/// <summary>Who answers: the fields' names for it are joint inference and confident answers (KubeEdge Sedna, Groundlight's edge-endpoint).</summary>
internal enum EdgeMode
{
    /// <summary>The cluster alone.</summary>
    Cloud,

    /// <summary>The cluster; where it is away, refuses for overload or is too late, the edge.</summary>
    Fallback,

    /// <summary>The edge where it is sure; the cluster has the other photographs, and the edge what the cluster cannot answer.</summary>
    Cascade,

    /// <summary>The edge alone.</summary>
    Edge,
}
