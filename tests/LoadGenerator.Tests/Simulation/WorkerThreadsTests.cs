using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

/// <summary>What one machine's processes have of its cores: threads that work one thing after the other, and what threads that wake take of them.</summary>
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
    public void Processor_Waking_TakesTheMoreTheLessThereIsToDo()
    {
        var processor = new Processor(_events, cores: 2, waking: 0.4);
        processor.Run(0.5, Note("first"));
        _events.At(1, () => processor.Look(1));
        _events.At(2, () => processor.Run(0.5, Note("second")));

        _events.RunUntil(10);

        // Nobody waits for what comes after: 0.4 as long as nothing is known of the load, and where 0.9 of two cores' second were busy 0.55 of it.
        Assert.Equal([("first", 0.5), ("second", 2.5)], _ended);
        Assert.Equal(0.5 + 0.4 + 0.5 + (0.4 * 0.55), processor.Busy, 9);
    }

    [Fact]
    public void Processor_TwiceAsFast_TakesHalfTheTime()
    {
        var processor = new Processor(_events, cores: 1, speed: 2);
        processor.Run(3, Note("one"));

        _events.RunUntil(10);

        Assert.Equal([("one", 1.5)], _ended);
        Assert.Equal(1.5, processor.Busy);
    }

    [Fact]
    public void Take_InTurn_GoesRound()
    {
        var times = ServiceTime.OneOf([1, 2, 3]);

        Assert.Equal([1, 2, 3, 1], Enumerable.Range(0, 4).Select(number => times.Take(number, new Random(1))));
    }

    private Action Note(string what) => () => _ended.Add((what, _events.Now));
}
