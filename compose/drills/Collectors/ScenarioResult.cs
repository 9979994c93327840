using System.Globalization;

namespace InferenceTracing.Drills.Collectors;

/// <summary>What a scenario cost.</summary>
/// <param name="Scenario">What was done.</param>
/// <param name="Answers">What became of each photograph.</param>
/// <param name="First">What came to the store.</param>
/// <param name="Second">What came to the one in MLflow's place.</param>
/// <param name="Complete">From the mending until the first had every trace, or was waited for no longer.</param>
internal sealed record ScenarioResult(CollectorScenario Scenario, IReadOnlyCollection<PhotoAnswer> Answers, Stored First, Stored Second, TimeSpan Complete)
{
    public int Answered => Answers.Count(answer => answer.Status == 200);

    /// <summary>By the edge, which began a trace for each.</summary>
    public int Refused => Answers.Count(answer => answer.Status != 200 && answer.TraceId is not null);

    /// <summary>While the edge itself was started again: these have no trace.</summary>
    public int Unanswered => Answers.Count(answer => answer.TraceId is null);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Answers.Count} sent, {Answered} answered, {Refused} refused, {Unanswered} unanswered; {First}; second store {Second}; complete {Complete.TotalSeconds:0} s after the mending");
}

/// <summary>What came to a store.</summary>
/// <param name="Traces">Which traces, and how whole.</param>
/// <param name="Doubled">Spans that came more than once.</param>
internal sealed record Stored(TraceCount Traces, long Doubled)
{
    public int Incomplete => Traces.Broken.Count;

    public int Lost => Traces.Lost.Count;

    public bool IsClean => Incomplete == 0 && Lost == 0 && Doubled == 0;

    public override string ToString() => $"{Traces.Whole} whole, {Incomplete} incomplete, {Lost} lost, {Doubled} spans doubled";
}
