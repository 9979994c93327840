namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>What a run measured.</summary>
internal sealed record Measured
{
    /// <summary>From the end of the warm-up to the last answer.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>From the end of the warm-up to the last request that was due: how long the load was on.</summary>
    public required TimeSpan Loaded { get; init; }

    /// <summary>Answers that arrived while the load was on, also those to requests of the warm-up.</summary>
    public required long Arrived { get; init; }

    /// <summary>Somebody stopped it before its end.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>Requests that were due.</summary>
    public required long Due { get; init; }

    public required long Answered { get; init; }

    /// <summary>Of the answered ones, those without every member's vote.</summary>
    public required long Degraded { get; init; }

    /// <summary>By kind, most frequent first.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>From the intended start to the answer: answered requests and timeouts.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>From the real start to the answer.</summary>
    public required LatencyHistogram Service { get; init; }

    /// <summary>From the intended to the real start.</summary>
    public required LatencyHistogram Lag { get; init; }

    public required TimeSlices Slices { get; init; }

    /// <summary>Of the degraded ones: whose vote is missing and why, most frequent first.</summary>
    public required IReadOnlyDictionary<string, long> LeftOut { get; init; }

    /// <summary>Answers that the edge gave by itself, by the reason it gave.</summary>
    public required IReadOnlyDictionary<string, long> ByTheEdge { get; init; }

    /// <summary>By address.</summary>
    public required IReadOnlyList<GroupCount> Targets { get; init; }

    /// <summary>By photograph; empty where there were too many.</summary>
    public required IReadOnlyList<GroupCount> Photographs { get; init; }

    public required IReadOnlyList<SlowRequest> Slowest { get; init; }

    /// <summary>The traces to read back, in the order of their answers.</summary>
    public required IReadOnlyList<string> TraceIds { get; init; }

    /// <summary>Traces of whole answers that are not among them.</summary>
    public required long TracesLeft { get; init; }

    public long Failed => Errors.Values.Sum();

    /// <summary>Still under way when the run was cut off.</summary>
    public long Unfinished => Due - Answered - Failed;

    /// <summary>
    /// Throughput: answers that arrived while the load was on. Counting only answers to requests of that time, until the last of them is there, would take the wait for
    /// the first and the idle end for work: with a latency of 0.5 s a ninth too little in 4 s. Where nothing arrived that soon, all answers over the whole run.
    /// </summary>
    public double AnsweredPerSecond =>
        Arrived > 0 && Loaded > TimeSpan.Zero ? Arrived / Loaded.TotalSeconds
        : Elapsed > TimeSpan.Zero ? Answered / Elapsed.TotalSeconds
        : 0;

    /// <summary>0 … 1 of what ended; one where nothing did, since nothing was shown to work.</summary>
    public double ErrorShare => Answered + Failed == 0 ? 1 : (double)Failed / (Answered + Failed);

    /// <summary>0 … 1 of what was answered.</summary>
    public double DegradedShare => Answered == 0 ? 0 : (double)Degraded / Answered;
}
