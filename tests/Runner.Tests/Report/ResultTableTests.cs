using System.Text.Json;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Runner.Report;
using Spectre.Console;

namespace InferenceTracing.Runner.Tests.Report;

[Collection(ConsoleText.Collection)]
public sealed class ResultTableTests
{
    private static readonly string[] Members = ["efficientnetv2b0", "mobilenetv2"];

    private static readonly ServicePlan Plan = new([new ServiceSpec("tracestore", "", 16686, [])], Members, "");

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(189)]
    [InlineData(230)]
    public void Table_AnyWidth_HasPhotographAnswerAndBothVotes(int width)
    {
        var lines = Print(width, new PhotoResult("crocodile_exif6.jpg", Answer, null, "http://127.0.0.1:16686/trace/a04f5ef50ddabe45d37818d2ff468879", 16, []));

        Assert.All(lines, line => Assert.InRange(line.TrimEnd('\r').Length, 1, width));
        Assert.All(
            (string[])["crocodile_exif6.jpg", "African crocodile 0.94", "efficientnetv2b0", "African crocodile 0.95", "mobilenetv2", "American alligator 0.93", "31.4", "16 ✔"],
            said => Assert.Contains(lines, line => line.Contains(said, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(230)]
    public void Table_NoAnswer_SaysWhy(int width)
    {
        var lines = Print(width, new PhotoResult("broken.jpg", default, "Connection refused", null, 0, ["there is no answer"]));

        Assert.Contains(lines, line => line.Contains("broken.jpg", StringComparison.Ordinal) && line.Contains("Connection refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(230)]
    public void Table_AnsweredAtTheEdge_SaysWhyAndShowsItsVote(int width)
    {
        var plan = new ServicePlan([new ServiceSpec("tracestore", "", 16686, []), new ServiceSpec("preprocessing", "", 5010, new() { ["Edge__Model"] = "mobilenetv2" })], Members, "");

        var text = string.Join(' ', Print(width, new PhotoResult("crocodile.jpg", ByTheEdge, null, "http://127.0.0.1:16686/trace/a04f5ef50ddabe45d37818d2ff468879", 6, []), plan));

        Assert.All((string[])["by the edge:", "confident", "the edge itself", "African crocodile 0.96"], said => Assert.Contains(said, text, StringComparison.Ordinal));
    }

    private static JsonElement ByTheEdge => JsonDocument.Parse("""
        {
          "prediction": { "label": "African crocodile", "probability": 0.96 }, "untrained": false,
          "decidedBy": "edge", "why": "confident", "edge": { "label": "African crocodile", "probability": 0.96, "ms": 4.1 },
          "votes": [],
          "timings": { "inspect": 0.1, "preprocess": 3.8, "network": 0, "ensemble": 0, "total": 9.4 }
        }
        """).RootElement;

    private static JsonElement Answer => JsonDocument.Parse("""
        {
          "prediction": { "label": "African crocodile", "probability": 0.94 }, "untrained": false,
          "decidedBy": "cluster", "why": null, "edge": null,
          "votes": [
            { "model": "efficientnetv2b0", "label": "African crocodile", "probability": 0.95, "ms": 21.7, "error": null },
            { "model": "mobilenetv2", "label": "American alligator", "probability": 0.93, "ms": 12.7, "error": null }
          ],
          "timings": { "inspect": 0.1, "preprocess": 3.8, "network": 5.4, "ensemble": 22.0, "total": 31.4 }
        }
        """).RootElement;

    private static IReadOnlyList<string> Print(int width, PhotoResult result, ServicePlan? plan = null)
    {
        using var console = new ConsoleText(width);
        AnsiConsole.Write(ResultTable.Create([result], plan ?? Plan, width));
        return console.Lines;
    }
}
