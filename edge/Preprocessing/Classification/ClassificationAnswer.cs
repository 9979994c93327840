using InferenceTracing.OpenInference.Client;

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
    TraceReference? Trace);

/// <summary>One member's vote; without a label it failed, for the reason in <paramref name="Error"/>.</summary>
internal sealed record Vote(string Model, string? Version, string? Label, int? Class, float? Probability, string? Error, double Ms, double? QueueMs, double? RunMs);

/// <summary>The upload: format, stored width and height in pixels, size in bytes.</summary>
internal sealed record ImageDescription(string Format, int Width, int Height, int Bytes);

/// <summary>Milliseconds: of the edge's stages, of the ensemble as it measured itself, and of the hops between the two.</summary>
internal sealed record Timings(double Upload, double Inspect, double Preprocess, double Request, double Network, double Ensemble, double Total);

/// <summary>The trace's id, and the address where it is seen.</summary>
internal sealed record TraceReference(string Id, string? Url);
