namespace InferenceTracing.Benchmarks.Running;

/// <summary>How much is measured.</summary>
/// <param name="Slice">Each side of a pair, each time.</param>
/// <param name="Pairs">How often each pair is measured.</param>
/// <param name="Endurance">How long the memory benchmark loads the system.</param>
internal sealed record Effort(TimeSpan Slice, int Pairs, TimeSpan Endurance)
{
    /// <summary>What has no other side to alternate with.</summary>
    public TimeSpan Unpaired => Slice * 3;

    /// <summary>Pairs for what is good to know and has no target.</summary>
    public int FewerPairs => (Pairs + 1) / 2;
}
