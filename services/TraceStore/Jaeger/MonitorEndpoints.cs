using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// The Monitor tab's <c>/api/metrics</c>: latencies, calls and errors as a <c>MetricFamily</c> in protobuf's JSON
/// (jaeger-idl: proto/api_v2/openmetrics.proto), named and explained as Jaeger does over Prometheus
/// (jaeger: internal/storage/metricstore/prometheus/metricstore/reader.go).
/// </summary>
internal static class MonitorEndpoints
{
    public static void MapMonitor(this IEndpointRouteBuilder api)
    {
        var metrics = api.MapGroup("/metrics");

        metrics.MapGet("/calls", (HttpContext context, SpanStore store, TimeProvider time) =>
        {
            var query = new LegacyParameters(context.Request.Query, time).Metrics();
            return WriteAsync(context, store, query, "call_rate", "calls/sec, grouped by service", query.CallRate);
        });

        metrics.MapGet("/errors", (HttpContext context, SpanStore store, TimeProvider time) => WriteAsync(
            context,
            store,
            new LegacyParameters(context.Request.Query, time).Metrics(),
            "error_rate",
            "error rate, computed as a fraction of errors/sec over calls/sec, grouped by service",
            MetricsQuery.ErrorRate));

        metrics.MapGet("/latencies", (HttpContext context, SpanStore store, TimeProvider time) =>
        {
            var parameters = new LegacyParameters(context.Request.Query, time);
            var quantile = parameters.Quantile();
            var help = string.Create(CultureInfo.InvariantCulture, $"{quantile:0.00}th quantile latency, grouped by service");
            return WriteAsync(context, store, parameters.Metrics(), "latencies", help, calls => MetricsQuery.Latency(calls, quantile));
        });
    }

    private static async Task WriteAsync(
        HttpContext context, SpanStore store, MetricsQuery query, string name, string help, Func<ArraySegment<SpanTiming>, double> value)
    {
        await using var reply = new JsonReply(context);
        var json = reply.Json;
        json.WriteStartObject();
        json.WriteString("name", (query.ByOperation ? "service_operation_" : "service_") + name);
        json.WriteString("type", "GAUGE");
        json.WriteString("help", query.ByOperation ? help + " & operation" : help);
        json.WriteStartArray("metrics");

        await foreach (var series in query.SeriesAsync(store, context.RequestAborted))
        {
            json.WriteStartObject();
            json.WriteStartArray("labels");
            WriteLabel(json, "service_name", series.Service);
            WriteLabel(json, "operation", series.Operation);
            json.WriteEndArray();
            json.WriteStartArray("metricPoints");

            foreach (var (at, calls) in query.Windows(series))
            {
                WritePoint(json, at, value(calls));
                await reply.SendAsync();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLabel(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("value", value);
            json.WriteEndObject();
        }
    }

    private static void WritePoint(Utf8JsonWriter json, ulong at, double value)
    {
        json.WriteStartObject();
        json.WriteStartObject("gaugeValue");

        if (double.IsNaN(value))
        {
            json.WriteString("doubleValue", "NaN");
        }
        else
        {
            json.WriteNumber("doubleValue", value);
        }

        json.WriteEndObject();

        // Times are asked for in milliseconds; protobuf's JSON writes no fraction or three digits.
        var time = DateTimeOffset.FromUnixTimeMilliseconds((long)(at / 1_000_000));
        var format = time.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        json.WriteString("timestamp", time.ToString(format, CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }
}
