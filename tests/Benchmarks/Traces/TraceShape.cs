using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.Benchmarks.Traces;

/// <summary>One photograph's trace as the system makes it: seventeen spans of five services, with the attributes they really bear.</summary>
internal static class TraceShape
{
    public const int Spans = 17;

    /// <summary>Of these, one service's.</summary>
    public static int SpansOf(string service) => Of(service).Count();

    /// <summary>Spans whose times and ids are still to be set.</summary>
    public static ExportTraceServiceRequest Create(int traces)
    {
        var request = new ExportTraceServiceRequest();

        foreach (var service in (string[])["preprocessing", "gateway", "ensemble", "efficientnetv2b0", "mobilenetv2"])
        {
            var spans = Enumerable.Range(0, traces).SelectMany(trace => Of(service).Select(span => (trace, span)));
            request.ResourceSpans.Add(new ResourceSpans
            {
                Resource = new OpenTelemetry.Proto.Resource.V1.Resource
                {
                    Attributes =
                    {
                        Text("deployment.environment.name", service == "preprocessing" ? "edge" : "cluster"), Text("service.name", service),
                        Text("service.version", "0.1.0"), Text("service.instance.id", $"00000000-0000-0000-0000-{service.Length:000000000000}"),
                        Text("telemetry.sdk.name", "opentelemetry"), Text("telemetry.sdk.language", "dotnet"), Text("telemetry.sdk.version", "1.20.1"),
                    },
                },
                ScopeSpans =
                {
                    spans.GroupBy(entry => entry.span.Scope).Select(group => new ScopeSpans
                    {
                        Scope = new InstrumentationScope { Name = group.Key },
                        Spans = { group.Select(entry => entry.span.Create(entry.trace)) },
                    }),
                },
            });
        }

        return request;
    }

    private static IEnumerable<ShapedSpan> Of(string service) => service switch
    {
        "preprocessing" =>
        [
            Server(1, 0, "POST /preprocessing", "/preprocessing", "/preprocessing", 60, [
                Text("image.format", "png"), Number("image.height", 300), Number("image.size", 240512), Number("image.width", 451),
                Text("input.mime_type", "application/json"), Text("input.value", """{"format":"png","width":451,"height":300,"size":240512}"""),
                Text("openinference.span.kind", "CHAIN"), Text("output.mime_type", "application/json"),
                Text("output.value", """{"label":"tiger cat","probability":0.410827}""")]),
            Internal(17, 1, "edge.upload", 2), Internal(2, 1, "image.inspect", 1), Internal(3, 1, "image.preprocess", 12, Text("image.codec", "imagesharp")), Client(4, 1, "ensemble", 40),
        ],
        "gateway" => [Server(5, 4, "POST /v2/models/{model}/infer", "/v2/models/{model}/infer", "/v2/models/ensemble/infer", 38), Client(6, 5, "ensemble", 36)],
        "ensemble" =>
        [
            Server(7, 6, "POST /v2/models/{model}/infer", "/v2/models/{model}/infer", "/v2/models/ensemble/infer", 35, [Flag("inference.ensemble.degraded", false)]),
            Client(8, 7, "efficientnetv2b0", 30), Client(9, 7, "mobilenetv2", 20),
            Internal(10, 7, "ensemble.combine", 1, Text("inference.top.label", "tiger cat"), Real("inference.top.probability", 0.410827)),
        ],
        _ => Member(service),
    };

    private static IEnumerable<ShapedSpan> Member(string model)
    {
        var first = model == "mobilenetv2" ? 14 : 11;
        var attributes = (KeyValue[])[Text("inference.model.name", model), Text("inference.model.version", "1")];
        return
        [
            Server(first, model == "mobilenetv2" ? 9 : 8, "POST /v2/models/{model}/infer", "/v2/models/{model}/infer", $"/v2/models/{model}/infer", 18, attributes),
            Internal(first + 1, first, "inference.queue", 1),
            Internal(first + 2, first, "inference.run", 15, [Number("inference.batch.size", 1), .. attributes]),
        ];
    }

    private static ShapedSpan Server(int id, int parent, string name, string route, string path, int millis, params KeyValue[] more) => new(
        id, parent, name, Span.Types.SpanKind.Server, millis, "Microsoft.AspNetCore",
        [
            Text("server.address", "127.0.0.1"), Number("server.port", 38873), Text("http.request.method", "POST"), Text("url.scheme", "http"),
            Text("url.path", path), Text("network.protocol.version", "1.1"), .. more, Text("http.route", route), Number("http.response.status_code", 200),
        ]);

    private static ShapedSpan Client(int id, int parent, string model, int millis) => new(
        id, parent, "POST /v2/models/{model}/infer", Span.Types.SpanKind.Client, millis, "System.Net.Http",
        [
            Text("http.request.method", "POST"), Text("server.address", "127.0.0.1"), Number("server.port", 38873),
            Text("url.template", "/v2/models/{model}/infer"), Text("inference.model.name", model),
            Text("url.full", $"http://127.0.0.1:38873/v2/models/{model}/infer"), Number("http.response.status_code", 200), Text("network.protocol.version", "1.1"),
        ]);

    private static ShapedSpan Internal(int id, int parent, string name, int millis, params KeyValue[] attributes) =>
        new(id, parent, name, Span.Types.SpanKind.Internal, millis, "InferenceTracing", attributes);

    private static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static KeyValue Number(string key, long value) => new() { Key = key, Value = new AnyValue { IntValue = value } };

    private static KeyValue Real(string key, double value) => new() { Key = key, Value = new AnyValue { DoubleValue = value } };

    private static KeyValue Flag(string key, bool value) => new() { Key = key, Value = new AnyValue { BoolValue = value } };

    private sealed record ShapedSpan(int Id, int Parent, string Name, Span.Types.SpanKind Kind, int Millis, string Scope, KeyValue[] Attributes)
    {
        public Span Create(int trace)
        {
            var span = new Span
            {
                TraceId = TraceBodies.Mark(trace),
                SpanId = Bytes(Id),
                Name = Name,
                Kind = Kind,
                StartTimeUnixNano = TraceBodies.StartMark,
                EndTimeUnixNano = TraceBodies.StartMark + ((ulong)Millis << TraceBodies.MillisShift),
                Flags = 0x101,
                Attributes = { Attributes },
            };

            if (Parent > 0)
            {
                span.ParentSpanId = Bytes(Parent);
            }

            return span;
        }

        private static ByteString Bytes(int id) => ByteString.CopyFrom([0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, (byte)id]);
    }
}
