using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Faults;

/// <summary>Something that is done to the system while photographs come, and what it may cost. An instance is for one run.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="description">Its row's first cell in the table.</param>
internal abstract class Fault(string name, string description)
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>Whose memory is measured.</summary>
    public virtual string Watched => SystemParts.Preprocessing;

    /// <summary>What is sent meanwhile.</summary>
    public virtual string Load(FaultScale scale) => $"{scale.Rate}/s";

    /// <summary>How long it goes on after <see cref="BeginAsync"/>.</summary>
    public virtual TimeSpan Outage(FaultScale scale) => scale.Outage;

    /// <summary>Before any photograph is sent.</summary>
    public virtual Task PrepareAsync(FaultSystem system, FaultScale scale, CancellationToken cancellationToken) => Task.CompletedTask;

    public abstract Task BeginAsync(FaultStage stage, CancellationToken cancellationToken);

    public abstract Task EndAsync(FaultSystem system, CancellationToken cancellationToken);

    /// <summary>What it has cost and must not: answers, traces, memory.</summary>
    public abstract IEnumerable<string> Problems(FaultFigures figures);

    /// <summary>What took too long: a matter of the machine too, so for people to judge.</summary>
    public virtual IEnumerable<string> Delays(FaultFigures figures) => [];
}

/// <summary>Where a fault plays.</summary>
/// <param name="System">What it is done to.</param>
/// <param name="Scale">How much of it.</param>
/// <param name="Load">The photographs that come meanwhile.</param>
/// <param name="UntilEnd">Cancelled when it is to end, before <see cref="Fault.EndAsync"/>.</param>
internal sealed record FaultStage(FaultSystem System, FaultScale Scale, PhotoLoad Load, CancellationToken UntilEnd);

/// <summary>How long and how much.</summary>
/// <param name="Rate">Photographs a second.</param>
/// <param name="Around">How long photographs come before and after.</param>
/// <param name="Outage">How long a fault goes on.</param>
/// <param name="FrozenMember">How long a member is frozen: what it costs to find out is paid once.</param>
/// <param name="Pictures">Crafted pictures.</param>
/// <param name="Patience">How long traces are waited for.</param>
/// <param name="Deadline">How long a photograph has until its answer.</param>
internal sealed record FaultScale(int Rate, TimeSpan Around, TimeSpan Outage, TimeSpan FrozenMember, int Pictures, TimeSpan Patience, TimeSpan Deadline)
{
    /// <summary>For the reader of a table.</summary>
    public static FaultScale Full { get; } = new(
        Rate: 5, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(60), Pictures: 500, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5));

    /// <summary>For a test, which is about answers and not about time: there is more of it.</summary>
    public static FaultScale Short { get; } = new(
        Rate: 2, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6), Pictures: 200, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(9));
}
