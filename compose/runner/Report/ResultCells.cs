using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>What a photograph's result says in each cell of the table, as markup; empty where there is nothing to say.</summary>
internal sealed class ResultCells(PhotoResult result)
{
    /// <summary>Who votes at the edge, as a table calls it beside the members.</summary>
    public const string Edge = "the edge itself";

    public string Photo { get; } = Markup.Escape(result.Photo);

    public string Answer => result.Error is { } error
        ? $"[red]{Markup.Escape(error)}[/]"
        : $"[bold]{Class(result.Answer.GetProperty("prediction"))}[/]{(result.Answer.GetProperty("untrained").GetBoolean() ? " [yellow]untrained[/]" : "")}{Decided}";

    public string Decode => Ms("inspect", "preprocess");

    public string Hops => Ms("network");

    public string Ensemble => Ms("ensemble");

    public string Total => Ms("total");

    public string Spans
    {
        get
        {
            if (result is { Spans: 0, Problems.Count: 0 })
            {
                return "sent";
            }

            var text = result.Problems.Count == 0 ? $"[green]{result.Spans} ✔[/]" : $"[red]{result.Spans} ✘[/]";
            return result.TraceUrl is { } url ? $"[link={url}]{text}[/]" : text;
        }
    }

    public string TracePath => result.TraceUrl is { } url ? $"[link={url}]{Markup.Escape(new Uri(url).AbsolutePath)}[/]" : TraceId;

    /// <summary>What a member said, or why it said nothing.</summary>
    public string Vote(string member) => Of(member) is not { } vote ? ""
        : Error(vote) is { } error ? $"[red]{Markup.Escape(error)}[/]"
        : Class(vote);

    public string VoteTime(string member) => Of(member) is { } vote && Error(vote) is null ? Ms(vote.GetProperty("ms").GetDouble()) : "";

    public string VoteAndTime(string member) => VoteTime(member) is { Length: > 0 } time ? $"{Vote(member)} [grey]{time} ms[/]" : Vote(member);

    private string TraceId => result.Answer.ValueKind == JsonValueKind.Object && result.Answer.TryGetProperty("trace", out var trace) && trace.ValueKind == JsonValueKind.Object
        ? trace.GetProperty("id").GetString() ?? ""
        : "";

    private string Decided => result.Answer.GetProperty("decidedBy").GetString() is "edge" ? $" [grey]by the edge: {Markup.Escape(result.Answer.GetProperty("why").GetString()!)}[/]" : "";

    private JsonElement? Of(string member) =>
        result.Error is not null ? null
        : member == Edge ? Known(result.Answer.GetProperty("edge"))
        : Known(result.Answer.GetProperty("votes").EnumerateArray().FirstOrDefault(vote => vote.GetProperty("model").GetString() == member));

    private static JsonElement? Known(JsonElement vote) => vote.ValueKind == JsonValueKind.Object ? vote : null;

    private static string? Error(JsonElement vote) => vote.TryGetProperty("error", out var error) ? error.GetString() : null;

    private string Ms(params string[] stages) => result.Error is not null
        ? ""
        : Ms(stages.Sum(stage => result.Answer.GetProperty("timings").GetProperty(stage).GetDouble()));

    private static string Ms(double milliseconds) => milliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Class(JsonElement named) => Markup.Escape(string.Create(
        CultureInfo.InvariantCulture, $"{named.GetProperty("label").GetString()} {named.GetProperty("probability").GetDouble():0.00}"));
}
