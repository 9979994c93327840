using System.Text.RegularExpressions;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace InferenceTracing.TraceStore.Tests.Storage;

/// <summary>The queries of docs/telemetry.md, as they stand there, against two requests with the spans that stand there.</summary>
public sealed partial class DocumentedQueriesTests
{
    // Within the last hour.
    private const ulong Since = 600_000;

    [Fact]
    public async Task Query_OfTheDocumentation_AnswersWhatItSays()
    {
        await using var store = await RunningStore.StartAsync();
        using var sender = new OtlpSender(store.Grpc, store.Http);
        await SendAsync(sender, trace: 1, slower: 0);
        await SendAsync(sender, trace: 2, slower: 40);
        using var file = StoreProcess.Open(Path.GetDirectoryName(store.Services.GetRequiredService<Database>().File)!);

        var answers = Queries().Select(query =>
        {
            using var command = file.CreateCommand();
            command.CommandText = query;
            using var rows = command.ExecuteReader();
            var lines = new List<string>();

            while (rows.Read())
            {
                lines.Add(string.Join(' ', Enumerable.Range(0, rows.FieldCount).Where(column => rows.GetName(column) is not ("start" or "time"))
                    .Select(column => FormattableString.Invariant($"{rows.GetValue(column)}"))));
            }

            return lines;
        }).ToList();

        Assert.Equal(5, answers.Count);
        Assert.Equal([$"90 {Ids.Trace(2)} tabby mobilenetv2", $"50 {Ids.Trace(1)} tabby mobilenetv2"], answers[0]);
        Assert.Equal("preprocessing POST /preprocessing 2 90", answers[1][0]);
        Assert.Contains("mobilenetv2 inference.queue 2 43", answers[1]);
        Assert.Equal(["efficientnetb0 4 50", "ensemble 2 0", "mobilenetv2 4 0", "preprocessing 2 0"], answers[2]);
        Assert.Equal($"{Ids.Trace(2)} mobilenetv2 43", answers[3][0]);
        Assert.Equal(["preprocessing Information Edge received", "mobilenetv2 Warning Queue queue is long"], answers[4]);
    }

    private static IEnumerable<string> Queries()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(Path.Combine(folder.FullName, "InferenceTracing.sln")))
        {
            folder = folder.Parent!;
        }

        return QueryPattern().Matches(File.ReadAllText(Path.Combine(folder.FullName, "docs", "telemetry.md"))).Select(query => query.Groups[1].Value);
    }

    private static async Task SendAsync(OtlpSender sender, int trace, ulong slower)
    {
        var id = Ids.Trace(trace);

        foreach (var (service, spans) in ((string, OtlpBytes[])[])
        [
            ("preprocessing", [OtlpBytes.Span(id, Ids.Span(1), name: "POST /preprocessing", startMillis: Since, millis: 50 + slower)]),
            ("ensemble", [OtlpBytes.Span(id, Ids.Span(2), Ids.Span(1), "ensemble.combine", kind: 1, startMillis: Since + 20, millis: 1, tags: ("inference.top.label", "tabby"))]),
            ("efficientnetb0", [Member(3, "inference.queue", 10, 2), Member(4, "inference.run", 12, 5).Message(15, new OtlpBytes().Varint(3, 2))]),
            ("mobilenetv2", [Member(5, "inference.queue", 10, 3 + slower), Member(6, "inference.run", 13 + slower, 9)]),
        ])
        {
            Assert.Equal(200, (await sender.SendAsync(OtlpBytes.Request(service, spans), Door.Grpc)).Status);
        }

        Assert.Equal(200, (await sender.SendAsync(OtlpBytes.Logs("preprocessing", "Edge", OtlpBytes.Log(id, Ids.Span(1), "Information", "received")), Door.Grpc, signal: "logs")).Status);
        Assert.Equal(200, (await sender.SendAsync(
            OtlpBytes.Logs("mobilenetv2", "Queue", OtlpBytes.Log(id, Ids.Span(5), "Warning", "queue is long", millis: 5)), Door.Grpc, signal: "logs")).Status);

        OtlpBytes Member(int span, string name, ulong start, ulong millis) => OtlpBytes.Span(id, Ids.Span(span), Ids.Span(2), name, 1, Since + start, millis);
    }

    [GeneratedRegex(@"```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex QueryPattern();
}
