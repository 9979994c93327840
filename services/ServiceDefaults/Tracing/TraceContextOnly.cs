using System.Diagnostics;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Passes W3C trace context on and nothing else: what a stranger writes into <c>baggage</c> (https://www.w3.org/TR/baggage/) would otherwise travel through every
/// hop, and nothing here reads it.
/// </summary>
internal sealed class TraceContextOnly : DistributedContextPropagator
{
    private const string Baggage = "baggage";

    private readonly DistributedContextPropagator _w3c = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields { get; } = ["traceparent", "tracestate"];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _w3c.Inject(
        activity, carrier, setter is null ? null : (to, name, value) =>
        {
            if (name is not Baggage)
            {
                setter(to, name, value);
            }
        });

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        _w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
