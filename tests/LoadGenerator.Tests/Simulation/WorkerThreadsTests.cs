using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

/// <summary>What one machine's processes have of its cores: threads that work one thing after the other, and a core that is quicker alone.</summary>
public sealed class WorkerThreadsTests
{
    private readonly EventQueue _events = new();
    private readonly List<(string What, double At)> _ended = [];

    [Fact]
    public void Run_NoThreadIsFree_WaitsForItsTurn()
    {
        var threads = new WorkerThreads(new Processor(_events, cores: 2), threads: 1);
        threads.Run(() => 2, Note("long"));
        threads.Run(() => 1, Note("short"));

        _events.RunUntil(10);

        Assert.Equal([("long", 2), ("short", 3)], _ended);
        Assert.Equal(3, threads.Worked);
    }

    [Fact]
    public void Run_LengthIsKnownLate_IsAskedForWhenItBegins()
    {
        var threads = new WorkerThreads(new Processor(_events, cores: 1), threads: 1);
        threads.Run(() => 2, Note("first"));
        threads.Run(() => _events.Now > 1 ? 0 : 5, Note("too late"));

        _events.RunUntil(10);

        Assert.Equal([("first", 2), ("too late", 2)], _ended);
    }

    [Fact]
    public void Processor_OneAlone_IsQuickerUntilThereAreTwo()
    {
        var processor = new Processor(_events, cores: 2, alone: 1.25);
        processor.Run(2, Note("one"));
        _events.At(0.8, () => processor.Run(1, Note("other")));

        _events.RunUntil(10);

        // One second of the first is done after 0.8; then both are at it.
        Assert.Equal([("one", 1.8), ("other", 1.8)], _ended.Select(end => (end.What, Math.Round(end.At, 6))));
    }

    [Fact]
    public void Take_InTurn_GoesRound()
    {
        var times = ServiceTime.OneOf([1, 2, 3]);

        Assert.Equal([1, 2, 3, 1], Enumerable.Range(0, 4).Select(number => times.Take(number, new Random(1))));
    }

    private Action Note(string what) => () => _ended.Add((what, _events.Now));
}
