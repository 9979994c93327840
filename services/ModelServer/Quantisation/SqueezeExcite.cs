using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// Finds squeeze-and-excitation (Hu et al., 2018): a tensor multiplied by gates that are computed from its own average. A gate scales a whole channel, so
/// an error in it is an error in every pixel, and its branch is a few thousand multiplications: it stays in floating point.
/// </summary>
internal static class SqueezeExcite
{
    /// <summary>The nodes of all branches, from the average to the gate.</summary>
    public static HashSet<NodeProto> Branches(FloatGraph graph)
    {
        var found = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);

        foreach (var node in graph.Nodes.Where(node => node is { OpType: "Mul", Input.Count: 2 }))
        {
            found.UnionWith(Branch(graph, node.Input[0], node.Input[1]) ?? Branch(graph, node.Input[1], node.Input[0]) ?? []);
        }

        return found;
    }

    /// <summary>What lies between the average of <paramref name="scaled"/> and <paramref name="gate"/>; null where the gate comes from anything else.</summary>
    private static HashSet<NodeProto>? Branch(FloatGraph graph, string scaled, string gate)
    {
        var branch = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>([gate]);

        while (open.TryPop(out var tensor))
        {
            if (tensor == scaled || graph.ProducerOf(tensor) is not { } node)
            {
                return null;
            }

            if (!branch.Add(node))
            {
                continue;
            }

            if (node.OpType is "GlobalAveragePool" or "ReduceMean")
            {
                if (node.Input[0] != scaled)
                {
                    return null;
                }

                continue;
            }

            foreach (var input in node.Input.Where(graph.IsActivation))
            {
                open.Push(input);
            }
        }

        return branch;
    }
}
