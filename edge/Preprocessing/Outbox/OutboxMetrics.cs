using System.Diagnostics.Metrics;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>What the outbox measures: what waits, what was judged, what never will be, and how often edge and cluster agree.</summary>
internal sealed class OutboxMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _judgements;

    public OutboxMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Telemetry.Name, Telemetry.Version);
        _dropped = _meter.CreateCounter<long>("edge.outbox.dropped", "{answer}", "Answers that will never be judged, by reason.");
        _judgements = _meter.CreateCounter<long>("edge.judgements", "{answer}", "Answers of the edge's own that the cluster has judged.");
    }

    /// <summary>From now on these are the counts and the audits that are told.</summary>
    public void Watch(Func<OutboxCounts> counts, AgreementWindow audits)
    {
        _meter.CreateObservableGauge("edge.outbox.pending", () => counts().Pending, "{answer}", "Answers that wait for their judgement.");
        _meter.CreateObservableGauge("edge.outbox.bytes", () => counts().Bytes, "By", "Bytes of the photographs in the outbox.");
        _meter.CreateObservableGauge<double>("edge.agreement", () => audits.Agreement is { } share ? [new(share)] : [], "1", "Share of the last audited answers on which edge and cluster agree.");
    }

    public void Judged(OutboxKind kind, bool agreed) => _judgements.Add(1, new("edge.judged.kind", kind.Name()), new("edge.agreed", agreed));

    /// <summary>Tells what was dropped between the two counts.</summary>
    public void Dropped(OutboxCounts before, OutboxCounts after)
    {
        Dropped("full", after.DroppedFull - before.DroppedFull);
        Dropped("age", after.DroppedAge - before.DroppedAge);
        Dropped("disk", after.DroppedDisk - before.DroppedDisk);
    }

    private void Dropped(string reason, long answers)
    {
        if (answers > 0)
        {
            _dropped.Add(answers, new KeyValuePair<string, object?>("reason", reason));
        }
    }
}
