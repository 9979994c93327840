using System.Text.Json;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Outbox;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

public sealed class OutboxEndpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("outbox-").FullName;

    [Fact]
    public async Task Answer_Pending_HasNoFinalAnswer()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);
        var trace = await outbox.KeepAsync(5, 7);

        var (status, answer) = await outbox.GetAsync($"/v1/answers/{trace.ToUpperInvariant()}");

        Assert.Equal((200, trace, "provisional", "pending"), (status, Text(answer, "traceId"), Text(answer, "kind"), Text(answer, "state")));
        var first = answer.GetProperty("first");
        Assert.Equal(("edge", "cluster_unreachable", "mobilenetv2", "thing 5", 5), (
            Text(first, "decidedBy"), Text(first, "why"), Text(first, "model"), Text(first, "label"), first.GetProperty("class").GetInt32()));
        Assert.Equal(2, first.GetProperty("top").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("final").ValueKind);
    }

    [Fact]
    public async Task Answer_Judged_HasBoth()
    {
        await using var cluster = await JudgingCluster.StartAsync();
        await using var outbox = await RunningOutbox.StartAsync(_folder, cluster.Address);
        var trace = await outbox.KeepAsync(5, 7, OutboxKind.Audit);
        await outbox.UntilAsync(counts => counts.Judged == 1);

        var (_, answer) = await outbox.GetAsync($"/v1/answers/{trace}");

        var final = answer.GetProperty("final");
        Assert.Equal(("audit", "judged", "thing 5"), (Text(answer, "kind"), Text(answer, "state"), Text(answer.GetProperty("first"), "label")));
        Assert.Equal(("thing 7", 7, 0.75f, false), (
            Text(final, "label"), final.GetProperty("class").GetInt32(), final.GetProperty("probability").GetSingle(), final.GetProperty("agreed").GetBoolean()));
        Assert.Equal("one", Text(final.GetProperty("votes")[0], "model"));
        Assert.Equal(7, final.GetProperty("top")[0].GetProperty("class").GetInt32());
        Assert.InRange(final.GetProperty("judged").GetDateTimeOffset(), answer.GetProperty("answered").GetDateTimeOffset(), DateTimeOffset.MaxValue);
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef", 404, "answer_unknown")]
    [InlineData("0123456789abcdef", 400, "trace_id_invalid")]
    [InlineData("0123456789abcdef0123456789abcdeg", 400, "trace_id_invalid")]
    [InlineData("0123456789abcdef0123456789abcdef0", 400, "trace_id_invalid")]
    public async Task Answer_Unknown_IsAProblem(string trace, int expected, string reason)
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder);

        var (status, problem) = await outbox.GetAsync($"/v1/answers/{trace}");

        Assert.Equal((expected, expected, reason), (status, problem.GetProperty("status").GetInt32(), Text(problem, "reason")));
        Assert.DoesNotContain(trace, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_OfWhatWaits_SayItsOldest()
    {
        await using var outbox = await RunningOutbox.StartAsync(_folder, settings: ("Edge:OutboxBytes", $"{2 << 20}"));
        var (_, empty) = await outbox.GetAsync("/v1/outbox");
        var trace = await outbox.KeepAsync(5, 7);
        await outbox.KeepAsync(6, 7);

        var (status, counts) = await outbox.GetAsync("/v1/outbox");

        Assert.Equal(JsonValueKind.Null, empty.GetProperty("oldest").ValueKind);
        Assert.Equal((200, 2, 0, 0, 0, 0), (status, Number(counts, "pending"), Number(counts, "judged"), Number(counts, "agreed"), Number(counts, "changed"), Number(counts, "dropped")));
        Assert.Equal((2 * PixelTensor.BytesPerImage, 2 << 20), (Number(counts, "bytes"), Number(counts, "limitBytes")));
        Assert.Equal(outbox.Reader.Find(trace)!.Answered, counts.GetProperty("oldest").GetDateTimeOffset());
        Assert.Equal(("open", JsonValueKind.Null, 0), (Text(counts, "circuit"), counts.GetProperty("agreement").ValueKind, Number(counts, "audited")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
