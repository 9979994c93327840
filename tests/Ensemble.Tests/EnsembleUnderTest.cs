using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.Ensemble.Tests;

/// <summary>The ensemble's own executable before members of the test, exporting to a collector.</summary>
internal sealed class EnsembleUnderTest : IAsyncDisposable
{
    public const string Executable = "Ensemble";
    public const string InferPath = "/v2/models/ensemble/infer";

    private EnsembleUnderTest(OtlpCollector collector, StartedService service)
    {
        Collector = collector;
        Service = service;
    }

    public OtlpCollector Collector { get; }

    public StartedService Service { get; }

    public HttpClient Client => Service.Client;

    /// <summary>Starts it, and returns when as many members are ready as <paramref name="ready"/> says; null for all of them.</summary>
    public static async Task<EnsembleUnderTest> StartAsync(
        IReadOnlyCollection<(string Name, Uri Address)> members, int? ready = null, params (string Key, string Value)[] settings)
    {
        var collector = await OtlpCollector.StartAsync();
        // Patient, unless a test is about that: what a member does to one test must not be remembered in the next.
        var service = await StartedService.StartAsync(
            Executable, [.. collector.Settings(), .. Members(members), ("Ensemble:Patience", "00:01:00"), ("Ensemble:BreakAfter", "1000000"), .. settings]);
        var ensemble = new EnsembleUnderTest(collector, service);
        await ensemble.MissingAsync(missing => missing == members.Count - (ready ?? members.Count));
        return ensemble;
    }

    /// <summary>Settings with these members.</summary>
    public static IEnumerable<(string Key, string Value)> Members(IEnumerable<(string Name, Uri Address)> members) =>
        members.Select(member => ($"Ensemble:Members:{member.Name}:Url", member.Address.ToString()));

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Collector.DisposeAsync();
    }

    /// <summary>Waits until so many members are not ready.</summary>
    public Task<int> MissingAsync(Func<int, bool> wanted) => Patience.UntilAsync(
        async () =>
        {
            using var answer = await Client.GetAsync("/health/ready");
            using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var missing = report.RootElement.GetProperty("checks").GetProperty("quorum").GetProperty("description").GetString();
            return string.IsNullOrEmpty(missing) ? 0 : missing.Split(';').Length;
        },
        wanted);

    /// <summary>Asks about as many images as <paramref name="firstBytes"/> has bytes, each beginning with its byte.</summary>
    public async Task<EnsembleAnswer> AskAsync(byte[]? firstBytes = null, string? timeoutMs = null, string? priority = null, CancellationToken cancellationToken = default)
    {
        var traceId = TraceContext.NewTraceId();
        using var request = Request(firstBytes ?? [0]);
        request.Headers.Add("traceparent", TraceContext.Parent(traceId));
        request.Headers.TryAddWithoutValidation(Deadline.Header, timeoutMs);
        request.Headers.TryAddWithoutValidation(Deadline.PriorityHeader, priority);

        using var answer = await Client.SendAsync(request, cancellationToken);
        var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(cancellationToken));
        return new EnsembleAnswer(answer.StatusCode, body, answer.Headers.RetryAfter, traceId);
    }

    private static HttpRequestMessage Request(byte[] firstBytes)
    {
        var pixels = new byte[firstBytes.Length * PixelTensor.BytesPerImage];

        for (var image = 0; image < firstBytes.Length; image++)
        {
            pixels[image * PixelTensor.BytesPerImage] = firstBytes[image];
        }

        var json = Encoding.ASCII.GetBytes(
            $$"""{"inputs":[{"name":"image","datatype":"UINT8","shape":[{{firstBytes.Length}},224,224,3],"parameters":{"binary_data_size":{{pixels.Length}} } }]}""");
        var content = new ByteArrayContent([.. json, .. pixels]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", json.Length.ToString(CultureInfo.InvariantCulture));
        return new HttpRequestMessage(HttpMethod.Post, InferPath) { Content = content };
    }
}

/// <summary>What the ensemble answered, as JSON.</summary>
internal sealed record EnsembleAnswer(HttpStatusCode Status, JsonElement Body, RetryConditionHeaderValue? RetryAfter, string TraceId)
{
    public JsonElement Parameters => Body.GetProperty("parameters");

    public bool Degraded => Parameters.GetProperty("degraded").GetBoolean();

    public string Error => Body.GetProperty("error").GetString()!;

    /// <summary>The probabilities of every image, 1000 each.</summary>
    public float[][] Rows => [.. Body.GetProperty("outputs")[0].GetProperty("data").EnumerateArray()
        .Select(value => value.GetSingle()).Chunk(ProbabilitiesOutput.Classes)];

    public MemberReport[] Members =>
        JsonSerializer.Deserialize(Parameters.GetProperty("members").GetString()!, MemberReport.Json.MemberReportArray)!;
}
