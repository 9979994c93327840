using System.Diagnostics.Metrics;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.Preprocessing;

/// <summary>Counts answers by who gave them and why.</summary>
internal sealed class EdgeMetrics
{
    private readonly Counter<long> _answers;

    public EdgeMetrics(IMeterFactory meters, ClusterCircuit circuit)
    {
        var meter = meters.Create(Telemetry.Name, Telemetry.Version);
        _answers = meter.CreateCounter<long>("edge.answers", "{answer}", "Photographs that were answered, by whom and why.");
        meter.CreateObservableGauge("edge.circuit.state", () => (int)circuit.State, description: "The circuit to the cluster: 0 closed, 1 half open, 2 open.");
    }

    public void Answered(Decision decision) =>
        _answers.Add(1, new KeyValuePair<string, object?>("edge.decided_by", decision.By), new KeyValuePair<string, object?>("edge.why", decision.Why ?? ""));
}
