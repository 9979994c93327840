using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Simulation;

/// <summary>A part of the cluster as a kind of replica.</summary>
/// <param name="Name">As its pods are called.</param>
/// <param name="Plan">How many replicas, and how large.</param>
/// <param name="Shape">What a replica takes.</param>
/// <param name="Work">Seconds of work for so many requests at once.</param>
/// <param name="RestWork">Seconds of work for one request outside the queue.</param>
/// <param name="Capacity">Requests a second that one replica can do at most.</param>
internal sealed record ClusterPart(string Name, PoolPlan Plan, StationShape Shape, Func<int, Random, double> Work, Func<Random, double> RestWork, double Capacity);

/// <summary>The cluster's parts in the order in which a request meets them: gateway, ensemble, and then the members, all at once.</summary>
internal static class ClusterParts
{
    // By which a larger run must be better.
    private const double Gain = 0.1;

    public static IReadOnlyList<ClusterPart> Of(SimulationPlan plan)
    {
        var (costs, cluster) = (plan.Units!, plan.Cluster);
        return
        [
            Server("gateway", cluster.Gateway, costs.Gateway, costs.GatewayRefusal.Mean),
            Server("ensemble", cluster.Ensemble, costs.Ensemble, costs.GatewayRefusal.Mean),
            .. costs.Members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => Member(member.Key, cluster.Members[member.Key], member.Value, cluster.LiveFirst)),
        ];
    }

    private static ClusterPart Server(string name, PoolPlan plan, ServiceTime work, double refusal) => new(
        name, plan, new StationShape(plan.Slots, plan.Queue, RefusalWork: refusal), (_, random) => work.Draw(random), _ => 0, Math.Min(plan.Cores, plan.Slots) / work.Mean);

    private static ClusterPart Member(string name, PoolPlan plan, MemberCosts costs, bool liveFirst)
    {
        // Of 1, 2, 4, … images as many as the model gains from, as a model server finds it out when it is warmed.
        var sizes = Enumerable.Range(1, plan.MaxBatch).Where(size => int.IsPow2(size) || size == plan.MaxBatch).ToList();
        var batch = sizes.First(size => costs.Share(size) <= sizes.Min(costs.Share) * (1 + Gain));
        var image = costs.Image.Mean * costs.Share(batch);

        return new ClusterPart(
            name, plan, new StationShape(plan.Slots, plan.Queue, batch, liveFirst), (images, random) => costs.Image.Draw(random) * images * costs.Share(images),
            costs.Rest.Draw, Math.Min(plan.Slots / image, plan.Cores / (image + costs.Rest.Mean)));
    }
}
