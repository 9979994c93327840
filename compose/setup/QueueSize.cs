namespace InferenceTracing.Setup;

/// <summary>How many spans a collector's queue holds. It does not start with a queue that is smaller than the batches it makes of it.</summary>
internal static class QueueSize
{
    public const string Variable = "QUEUE_SPANS";

    /// <summary>The batch's <c>min_size</c> in compose/collector/edge.yaml, and in k8s/components/collector/collector-config.yaml.</summary>
    public const int LeastAtEdge = 512, LeastInCluster = 2048;

    /// <exception cref="SetupException">It is not a number, or too small.</exception>
    public static void Check(string spans, int least)
    {
        if (!int.TryParse(spans, out var number) || number < least)
        {
            throw new SetupException($"{Variable} must be a number of spans, at least {least}, which is one batch of the collector's; not '{spans}'.");
        }
    }
}
