namespace InferenceTracing.Drills.Faults;

/// <summary>Many times as many photographs as can be answered, of which as many as ever must be.</summary>
internal sealed class OverloadFault(int times, double leastGoodput, TimeProvider clock) : Fault($"overload-{times}", $"{times} times the peak")
{
    private const int AtThePeak = 16;
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(6);

    private PhotoLoad? _flood;
    private Task _flooding = Task.CompletedTask;
    private double _peak;
    private double _goodput;
    private int _others;
    private DateTimeOffset _began;

    public override string Load(FaultScale scale) => $"{times} × {_peak:0.0}/s";

    /// <summary>The peak: so many at once that there is always work, each sent when one is answered.</summary>
    public override async Task PrepareAsync(FaultSystem system, FaultScale scale, CancellationToken cancellationToken)
    {
        var load = new PhotoLoad(system.Edge, scale.Rate, clock);
        var began = clock.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, AtThePeak).Select(async _ =>
        {
            while (clock.GetElapsedTime(began) < Measured && !cancellationToken.IsCancellationRequested)
            {
                await load.SendAsync();
            }
        }));

        _peak = load.Answers.Count(answer => answer.Status == 200) / clock.GetElapsedTime(began).TotalSeconds;
    }

    public override Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        _flood = new PhotoLoad(stage.System.Edge, Math.Max(1, (int)(times * _peak) - stage.Scale.Rate), clock);
        _began = clock.GetUtcNow();
        _flooding = _flood.RunAsync(stage.UntilEnd);
        return Task.CompletedTask;
    }

    public override async Task EndAsync(FaultSystem system, CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow();
        await _flooding;
        var answers = _flood?.Answers ?? [];
        _goodput = answers.Count(answer => answer.Status == 200 && answer.At + answer.Elapsed <= end) / (end - _began).TotalSeconds;
        _others = answers.Count(answer => answer.Status != 200 && !answer.IsRefused);
    }

    public override IEnumerable<string> Problems(FaultFigures figures) =>
        figures.Failed + _others is var failed and > 0 ? [$"{failed} failed"] : [];

    /// <summary>Those of the steady load are answered beside the flood's.</summary>
    public override IEnumerable<string> Delays(FaultFigures figures)
    {
        var goodput = _goodput + (figures.During.Count(answer => answer.Status == 200) / (figures.Mended - figures.Broken).TotalSeconds);

        if (goodput < leastGoodput * _peak)
        {
            yield return $"goodput {goodput / _peak:P0} of the peak, {leastGoodput:P0} wanted";
        }
    }
}
