namespace InferenceTracing.Drills.Faults;

/// <summary>The disk that the services log to is full: logging ends, and nothing else does.</summary>
internal sealed class FullDiskFault() : Fault("full-disk", "all services, their logs on a full disk (/dev/full)")
{
    private const int Sent = 20;

    private readonly List<PhotoAnswer> _answers = [];

    /// <summary>What is sent while the services are started again, here and at the end, is not about the disk.</summary>
    public override async Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        await stage.System.StartAgainWithOutputAsync("/dev/full", cancellationToken);

        while (_answers.Count < Sent)
        {
            _answers.Add(await stage.Load.SendAsync());
        }
    }

    public override Task EndAsync(FaultSystem system, CancellationToken cancellationToken) => system.StartAgainWithOutputAsync(null, cancellationToken);

    public override IEnumerable<string> Problems(FaultFigures figures)
    {
        if (_answers.Exists(answer => answer.Status != 200))
        {
            yield return $"{_answers.Count(answer => answer.Status == 200)} of {Sent} answered";
        }
    }
}
