using Google.Protobuf;
using InferenceTracing.TraceStore.Model;
using OpenTelemetry.Proto.Common.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Makes our attributes, resources and scopes of OTLP's, within the limits.</summary>
internal sealed class OtlpAttributes(OtlpOptions limits)
{
    public Model.Resource Resource(OpenTelemetry.Proto.Resource.V1.Resource? resource)
    {
        if (resource is null)
        {
            return Model.Resource.Unknown;
        }

        var attributes = List(resource.Attributes, out _);
        return new Model.Resource(Model.Resource.NameIn(attributes), attributes);
    }

    public Scope Scope(InstrumentationScope? scope) =>
        scope is null ? Model.Scope.Unknown : new Scope(limits.Cut(scope.Name), limits.Cut(scope.Version), List(scope.Attributes, out _));

    /// <param name="attributes">What was sent.</param>
    /// <param name="over">How many there are beyond <see cref="OtlpOptions.MaxAttributes"/>.</param>
    public SpanAttribute[] List(IReadOnlyList<KeyValue> attributes, out uint over) => List(attributes, 0, out over);

    public AttributeValue Value(AnyValue? value) => Value(value, 0);

    private SpanAttribute[] List(IReadOnlyList<KeyValue> attributes, int depth, out uint over)
    {
        var list = new SpanAttribute[Math.Min(attributes.Count, limits.MaxAttributes)];
        over = (uint)(attributes.Count - list.Length);

        for (var index = 0; index < list.Length; index++)
        {
            list[index] = new SpanAttribute(limits.Cut(attributes[index].Key), Value(attributes[index].Value, depth + 1));
        }

        return list;
    }

    /// <summary>A value that nests too deep is kept as an empty one.</summary>
    private AttributeValue Value(AnyValue? value, int depth) => value?.ValueCase switch
    {
        _ when depth > limits.MaxDepth => default,
        AnyValue.ValueOneofCase.StringValue => AttributeValue.Of(limits.Cut(value.StringValue)),
        AnyValue.ValueOneofCase.BoolValue => AttributeValue.Of(value.BoolValue),
        AnyValue.ValueOneofCase.IntValue => AttributeValue.Of(value.IntValue),
        AnyValue.ValueOneofCase.DoubleValue => AttributeValue.Of(value.DoubleValue),
        AnyValue.ValueOneofCase.BytesValue => AttributeValue.Of(Cut(value.BytesValue)),
        AnyValue.ValueOneofCase.ArrayValue => AttributeValue.Of(
            value.ArrayValue.Values.Take(limits.MaxAttributes).Select(item => Value(item, depth + 1)).ToArray()),
        AnyValue.ValueOneofCase.KvlistValue => AttributeValue.Of(List(value.KvlistValue.Values, depth, out _)),
        _ => default,
    };

    private byte[] Cut(ByteString bytes) => bytes.Span[..Math.Min(bytes.Length, limits.MaxAttributeLength)].ToArray();
}
