using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace InferenceTracing.TraceStore.Tests.Otlp;

/// <summary>What OpenTelemetry's own exporter sends is what Jaeger's API answers.</summary>
public sealed class RealExporterTests
{
    [Theory]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    [InlineData(OtlpExportProtocol.Grpc)]
    public async Task Export_ByOpenTelemetry_ArrivesWhole(OtlpExportProtocol protocol)
    {
        await using var store = await RunningStore.StartAsync();
        using var source = new ActivitySource($"real.{protocol}", "9.8");
        string traceId, parentId;

        using (var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .SetSampler(new AlwaysOnSampler())
            .ConfigureResource(resource => resource.Clear().AddService("real-service", serviceVersion: "1.0", serviceInstanceId: "i-1"))
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = protocol;
                exporter.Endpoint = protocol == OtlpExportProtocol.Grpc ? store.Grpc : new Uri(store.Http, "/v1/traces");
                exporter.ExportProcessorType = ExportProcessorType.Simple;
            })
            .Build())
        {
            using var parent = source.StartActivity("parent", ActivityKind.Server)!;
            (traceId, parentId) = (parent.TraceId.ToHexString(), parent.SpanId.ToHexString());
            using var child = source.StartActivity("child", ActivityKind.Client)!;
            child.SetTag("answer", 42).SetTag("share", 0.5).SetTag("yes", true).SetTag("list", new[] { "a", "b" });
            child.AddEvent(new ActivityEvent("tick", tags: new ActivityTagsCollection { ["n"] = 1 }));
            child.SetStatus(ActivityStatusCode.Error, "it broke");
            child.TraceStateString = "k=v";
        }

        var trace = (await store.GetAsync($"/api/traces/{traceId}")).GetProperty("data")[0];
        var spans = trace.GetProperty("spans").EnumerateArray().ToDictionary(span => span.GetProperty("operationName").GetString()!);
        var childTags = spans["child"].GetProperty("tags").EnumerateArray().ToDictionary(
            tag => tag.GetProperty("key").GetString()!, tag => tag.GetProperty("value").ToString());

        Assert.Equal(2, spans.Count);
        Assert.Equal(parentId, spans["child"].GetProperty("references")[0].GetProperty("spanID").GetString());
        Assert.Equal(
            ("42", "0.5", "True", "[\"a\",\"b\"]", "ERROR", "True", "it broke", "client", "k=v", "9.8"),
            (childTags["answer"], childTags["share"], childTags["yes"], childTags["list"], childTags["otel.status_code"], childTags["error"],
            childTags["otel.status_description"], childTags["span.kind"], childTags["w3c.tracestate"], childTags["otel.scope.version"]));
        Assert.Equal("real-service", trace.GetProperty("processes").GetProperty("p1").GetProperty("serviceName").GetString());
        Assert.Single(spans["child"].GetProperty("logs").EnumerateArray());
    }
}
