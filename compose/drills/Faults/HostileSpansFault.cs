using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Faults;

/// <summary>Telemetry as strangers craft it, sent to the trace store: a few kilobytes that say millions of nothings, and names without an end.</summary>
internal sealed class HostileSpansFault() : Fault("hostile-spans", "crafted OTLP for the trace store")
{
    private const int AtOnce = 8;
    private const int Times = 4;
    private const long MostBytes = 200L << 20;
    private const int Unpacked = 60_000_000;

    private Task _sending = Task.CompletedTask;

    public override string Watched => SystemParts.TraceStore;

    public override string Load(FaultScale scale) => $"{scale.Rate}/s beside {AtOnce} senders";

    public override TimeSpan Outage(FaultScale scale) => TimeSpan.FromSeconds(1);

    public override Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        var store = new Uri(stage.System.Plan[SystemParts.TraceStore].Settings["Kestrel__Endpoints__OtlpHttp__Url"]);
        List<(string Type, byte[] Body)> requests =
        [
            ("application/json", Packed("{\"resourceSpans\":[", "[],", "[]]}")),
            ("application/json", Packed("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"links\":[", "{},", "{}]}]}]}]}")),
            ("application/json", Packed("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"", "long", "\"}]}]}]}")),
        ];

        _sending = Parallel.ForEachAsync(
            Enumerable.Range(0, AtOnce * Times),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (index, token) => await SendAsync(stage.System.Store, new Uri(store, "v1/traces"), requests[index % requests.Count], token));
        return Task.CompletedTask;
    }

    public override async Task EndAsync(FaultSystem system, CancellationToken cancellationToken) =>
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public override IEnumerable<string> Problems(FaultFigures figures)
    {
        if (figures.ShareAnswered < 1)
        {
            yield return $"{figures.ShareAnswered:P1} answered";
        }

        if (figures.Memory.Ended is { } end)
        {
            yield return end;
        }

        if (figures.Memory.Peak > MostBytes)
        {
            yield return $"{figures.Memory.Peak >> 20} MiB, {MostBytes >> 20} wanted";
        }
    }

    private static byte[] Packed(string begin, string again, string end)
    {
        using var packed = new MemoryStream();

        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 10_000)));
            gzip.Write(Encoding.ASCII.GetBytes(begin));

            for (var left = Unpacked; left > 0; left -= block.Length)
            {
                gzip.Write(block);
            }

            gzip.Write(Encoding.ASCII.GetBytes(end));
        }

        return packed.ToArray();
    }

    private static async Task SendAsync(HttpClient client, Uri address, (string Type, byte[] Body) request, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(request.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(request.Type);
        content.Headers.ContentEncoding.Add("gzip");

        try
        {
            using var answer = await client.PostAsync(address, content, cancellationToken);
        }
        catch (HttpRequestException)
        {
            // Refused before all of it was sent; whether it still answers others is what counts.
        }
    }
}
