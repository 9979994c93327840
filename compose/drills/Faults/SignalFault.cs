using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Faults;

/// <summary>A process is killed, frozen or asked to stop, and later is there again.</summary>
internal sealed class SignalFault(string part, string signal, TimeProvider clock)
    : Fault($"{Names[signal].Name}-{part}", $"{part}, {Names[signal].Said}")
{
    private const string Kill = "KILL", Freeze = "STOP", Stop = "TERM";

    private const int Burst = 16;

    // At the edge half of them are under way then, and the others wait for their turn.
    private static readonly TimeSpan Head = TimeSpan.FromMilliseconds(100);

    private static readonly Dictionary<string, (string Name, string Said)> Names = new()
    {
        [Kill] = ("kill", "kill -9"),
        [Freeze] = ("freeze", "frozen (SIGSTOP)"),
        [Stop] = ("stop", "SIGTERM"),
    };

    private readonly bool _isMember = SystemParts.Members.Contains(part);
    private Task _burst = Task.CompletedTask;
    private string? _service;
    private DateTimeOffset _sent, _gone;

    /// <summary>Every signal to every process.</summary>
    public static IEnumerable<Fault> All(TimeProvider clock) =>
        from each in SystemParts.All from signal in (string[])[Kill, Freeze, Stop] select new SignalFault(each.Name, signal, clock);

    public override TimeSpan Outage(FaultScale scale) => _isMember && signal == Freeze ? scale.FrozenMember : scale.Outage;

    public override async Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        if (signal == Stop)
        {
            // So that there is something for it to finish.
            _burst = Task.WhenAll(Enumerable.Range(0, Burst).Select(_ => stage.Load.SendAsync()));
            await Task.Delay(Head, cancellationToken);
        }

        _service = stage.System.NameOf(part);
        _sent = clock.GetUtcNow();
        await stage.System.SignalAsync(part, signal, cancellationToken);
        _gone = clock.GetUtcNow();
    }

    public override async Task EndAsync(FaultSystem system, CancellationToken cancellationToken)
    {
        await (signal == Freeze ? system.SignalAsync(part, "CONT", cancellationToken) : system.StartAgainAsync(part, cancellationToken));
        await _burst;
    }

    public override IEnumerable<string> Problems(FaultFigures figures)
    {
        if (signal == Stop && figures.Refusals.Count(refusal => refusal.Service == _service && refusal.At < _gone) is var lost and > 0)
        {
            yield return $"{lost} photographs lost that it had taken";
        }

        // What a killed edge had under way ends with it, as its callers see; and nobody has taken what was still on its way to one that stops.
        if (figures.Answers.Count(answer => IsFailure(answer)) is var failed and > 0)
        {
            yield return $"{failed} failed";
        }

        // A killed service takes the spans of its last second along; the store has said that it has them.
        if (figures.LostTraces > 0 && (signal != Kill || part == SystemParts.TraceStore))
        {
            yield return $"{figures.LostTraces} traces lost";
        }

        if (part == SystemParts.TraceStore && figures.ShareAnswered < 1)
        {
            yield return $"{figures.ShareAnswered:P1} answered without a trace store";
        }

        foreach (var problem in _isMember ? MemberRule.Problems(figures) : [])
        {
            yield return problem;
        }
    }

    private bool IsFailure(PhotoAnswer answer) => answer.Status != 200 && !answer.IsRefused
        && (part != SystemParts.Preprocessing || signal == Freeze || (signal == Stop && answer.At < _sent));

    /// <summary>With the stop come as many photographs at once as take a while by themselves.</summary>
    public override IEnumerable<string> Delays(FaultFigures figures) => _isMember && signal != Stop ? MemberRule.Delays(figures) : [];
}

/// <summary>What it may cost that a member is missing: its vote, and that is said.</summary>
internal static class MemberRule
{
    private const double LeastAnswered = 0.99;
    private const double MostSlowdown = 2;

    public static IEnumerable<string> Problems(FaultFigures figures)
    {
        if (figures.ShareAnswered < LeastAnswered)
        {
            yield return $"{figures.ShareAnswered:P1} answered";
        }

        if (!figures.During.Any(answer => answer.Degraded) || figures.During.Any(answer => answer is { Status: 200, Degraded: false } && answer.Members.Count < SystemParts.Members.Count))
        {
            yield return "an answer does not say that a vote is missing";
        }
    }

    public static IEnumerable<string> Delays(FaultFigures figures)
    {
        if (figures.P95During > MostSlowdown * figures.UsualP95)
        {
            yield return $"p95 {figures.P95During / figures.UsualP95:0.0} times the usual";
        }
    }
}
