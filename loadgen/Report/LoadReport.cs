using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requirements;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>A run in numbers: what the JSON file holds, the page draws, and the table prints. Times are milliseconds.</summary>
internal sealed record LoadReport(
    string Name,
    DateTimeOffset Started,
    string CommandLine,
    string Version,
    string Machine,
    string Load,
    int Seed,
    IReadOnlyList<string> Targets,
    string Photographs,
    IReadOnlyList<string> Members,
    bool Untrained,
    double WarmUpSeconds,
    double Seconds,
    bool Interrupted,
    Totals Totals,
    Percentiles Latency,
    Percentiles Service,
    Percentiles Lag,
    IReadOnlyDictionary<string, long> Errors,
    IReadOnlyDictionary<string, long> LeftOut,
    IReadOnlyDictionary<string, long> ByTheEdge,
    IReadOnlyList<GroupRow> ByTarget,
    IReadOnlyList<GroupRow> ByPhotograph,
    double SliceSeconds,
    IReadOnlyList<SliceRow> Slices,
    IReadOnlyList<CurvePoint> Curve,
    IReadOnlyList<HistogramBin> Histogram,
    TraceSection? Traces,
    string? TracesNotChecked,
    IReadOnlyList<SlowRow> Slowest,
    IReadOnlyList<RequirementResult> Requirements,
    Verdict Verdict,
    Comparison? Compared = null)
{
    public static LoadReport Of(RunRecord run)
    {
        var (scenario, measured, traces) = (run.Scenario, run.Measured, run.Traces);
        var slices = measured.Slices;
        var requirements = scenario.Requirements.Select(requirement => requirement.Check(measured, traces)).ToList();
        // Where time ends the load, that is its end: the last request is due a little before it.
        var loadEnded = scenario.Duration != Timeout.InfiniteTimeSpan && scenario.Requests is null && !measured.Interrupted ? scenario.Duration : measured.Loaded;

        return new LoadReport(
            scenario.Name,
            run.Started,
            run.CommandLine,
            LoadTelemetry.Version,
            InferenceTracing.Terminal.Machine.Description,
            scenario.Load.ToString()!,
            scenario.Seed,
            [.. scenario.Targets.Select(target => target.ToString())],
            $"{run.Photographs} ({(scenario.Multipart ? "multipart" : "raw body")}, {(scenario.KeepAlive ? "keep-alive" : "a connection each")}, {scenario.Edges} {(scenario.Edges == 1 ? "edge" : "edges")})",
            run.System.Members,
            run.System.Untrained,
            scenario.WarmUp.TotalSeconds,
            Math.Round(measured.Elapsed.TotalSeconds, 3),
            measured.Interrupted,
            new Totals(
                measured.Due, measured.Answered, measured.Failed, measured.Degraded, measured.Unfinished,
                Math.Round(measured.AnsweredPerSecond, 2), Math.Round(measured.ErrorShare, 6), Math.Round(measured.DegradedShare, 6)),
            Percentiles.Of(measured.Latency),
            Percentiles.Of(measured.Service),
            Percentiles.Of(measured.Lag),
            measured.Errors,
            measured.LeftOut,
            measured.ByTheEdge,
            [.. measured.Targets.Select(GroupRow.Of)],
            [.. measured.Photographs.Select(GroupRow.Of)],
            slices.Width.TotalSeconds,
            [.. slices.All.Select((slice, index) => SliceRow.Of(slice, index * slices.Width, slices.Width, loadEnded))],
            CurvePoint.Of(measured.Latency),
            HistogramBin.Of(measured.Latency),
            traces is null ? null : TraceSection.Of(traces),
            run.TracesNotChecked,
            [.. measured.Slowest.Select(slow => SlowRow.Of(slow, run.TraceUrl))],
            requirements,
            Verdict.Of(run, requirements));
    }
}

/// <summary>Everything a report is made of.</summary>
/// <param name="Scenario">What was asked for.</param>
/// <param name="Started">When the run began.</param>
/// <param name="CommandLine">How it was called, without secrets.</param>
/// <param name="Photographs">How many photographs, in words.</param>
/// <param name="System">Who answered.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Traces">What the traces say; null where they were not checked.</param>
/// <param name="TracesNotChecked">Why not; null where there is nothing to say.</param>
internal sealed record RunRecord(
    Scenario Scenario,
    DateTimeOffset Started,
    string CommandLine,
    string Photographs,
    Requests.SystemDescription System,
    Measured Measured,
    TraceReport? Traces,
    string? TracesNotChecked)
{
    /// <summary>Where a trace is seen, with <c>{traceId}</c> for its id.</summary>
    public string TraceUrl => System.TraceUrl ?? $"{Scenario.Jaeger.AbsoluteUri.TrimEnd('/')}/trace/{{traceId}}";
}
