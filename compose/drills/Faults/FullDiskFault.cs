namespace InferenceTracing.Drills.Faults;

/// <summary>The disk that the services log to is full: logging ends, and nothing else does.</summary>
internal sealed class FullDiskFault(TimeProvider clock) : Fault("full-disk", "all services, their logs on a full disk (/dev/full)")
{
    private DateTimeOffset _full, _end;

    public override async Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        await stage.System.StartAgainWithOutputAsync("/dev/full", cancellationToken);
        _full = clock.GetUtcNow();
    }

    public override Task EndAsync(FaultSystem system, CancellationToken cancellationToken)
    {
        _end = clock.GetUtcNow();
        return system.StartAgainWithOutputAsync(null, cancellationToken);
    }

    /// <summary>Those sent while the services were started again, at either end, are not about the disk.</summary>
    public override IEnumerable<string> Problems(FaultFigures figures)
    {
        var sent = figures.During.Where(answer => answer.At >= _full && answer.At + answer.Elapsed <= _end).ToList();

        if (sent.Count == 0 || sent.Exists(answer => answer.Status != 200))
        {
            yield return $"{sent.Count(answer => answer.Status == 200)} of {sent.Count} answered";
        }

        if (figures.Failed > 0)
        {
            yield return $"{figures.Failed} failed";
        }
    }
}
