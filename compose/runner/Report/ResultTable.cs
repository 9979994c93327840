using System.Globalization;
using System.Text.Json;
using InferenceTracing.Runner.Fleet;
using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>One line a photograph: its name, the answer, each member's vote, milliseconds per stage, the trace.</summary>
internal static class ResultTable
{
    public static Table Create(IReadOnlyList<PhotoResult> results, ServicePlan plan)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumn("photograph").AddColumn("answer");

        foreach (var member in plan.Members)
        {
            table.AddColumn(Markup.Escape(member));
        }

        foreach (var stage in (string[])["decode ms", "hops ms", "ensemble ms", "total ms", "spans"])
        {
            table.AddColumn(new TableColumn(stage).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn(Markup.Escape($"trace at {plan.Traces.GetLeftPart(UriPartial.Authority)}")).NoWrap());

        foreach (var result in results)
        {
            table.AddRow([.. Cells(result, plan).Select(cell => new Markup(cell))]);
        }

        return table;
    }

    private static IEnumerable<string> Cells(PhotoResult result, ServicePlan plan)
    {
        yield return Markup.Escape(result.Photo);

        if (result.Error is not null)
        {
            yield return $"[red]{Markup.Escape(result.Error)}[/]";

            foreach (var _ in plan.Members)
            {
                yield return "";
            }

            yield return "";
            yield return "";
            yield return "";
            yield return "";
        }
        else
        {
            var timings = result.Answer.GetProperty("timings");
            var prediction = result.Answer.GetProperty("prediction");
            var untrained = result.Answer.GetProperty("untrained").GetBoolean() ? " [yellow]untrained[/]" : "";
            yield return $"[bold]{Class(prediction)}[/]{untrained}";

            foreach (var member in plan.Members)
            {
                yield return Vote(result.Answer.GetProperty("votes").EnumerateArray().First(vote => vote.GetProperty("model").GetString() == member));
            }

            yield return Ms(timings.GetProperty("inspect").GetDouble() + timings.GetProperty("preprocess").GetDouble());
            yield return Ms(timings.GetProperty("network").GetDouble());
            yield return Ms(timings.GetProperty("ensemble").GetDouble());
            yield return Ms(timings.GetProperty("total").GetDouble());
        }

        yield return result.Problems.Count == 0 ? $"[green]{result.Spans} ✔[/]" : $"[red]{result.Spans} ✘[/]";
        yield return $"[link={result.TraceUrl}]{Markup.Escape(new Uri(result.TraceUrl).AbsolutePath)}[/]";
    }

    private static string Vote(JsonElement vote) => vote.GetProperty("error").GetString() is { } error
        ? $"[red]{Markup.Escape(error)}[/]"
        : $"{Class(vote)} [grey]{Ms(vote.GetProperty("ms").GetDouble())} ms[/]";

    private static string Class(JsonElement named) => Markup.Escape(string.Create(
        CultureInfo.InvariantCulture, $"{named.GetProperty("label").GetString()} {named.GetProperty("probability").GetDouble():0.00}"));

    private static string Ms(double milliseconds) => milliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
