using InferenceTracing.Runner.Fleet;
using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>
/// Each photograph's name, the answer, each member's vote, milliseconds and the trace: in one line where that has room, else with a line for each vote, which
/// fits a terminal of 80 columns.
/// </summary>
internal static class ResultTable
{
    // Names and labels of usual length, and the columns that cannot be narrower.
    private const int WidthOfOneLine = 190;

    /// <param name="results">What came of the photographs.</param>
    /// <param name="plan">Who votes, and where traces are.</param>
    /// <param name="width">Columns there are.</param>
    public static Table Create(IReadOnlyList<PhotoResult> results, ServicePlan plan, int width)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        List<ResultCells> rows = [.. results.Select(result => new ResultCells(result))];

        if (width < WidthOfOneLine)
        {
            AddLines(table, rows, plan);
        }
        else
        {
            AddColumns(table, rows, plan);
        }

        return table;
    }

    private static void AddColumns(Table table, List<ResultCells> rows, ServicePlan plan)
    {
        table.AddColumn("photograph").AddColumn("answer");

        foreach (var member in plan.Voters)
        {
            table.AddColumn(Markup.Escape(member));
        }

        foreach (var stage in (string[])["decode ms", "hops ms", "ensemble ms", "total ms", "spans"])
        {
            table.AddColumn(new TableColumn(stage).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn(Markup.Escape($"trace at {plan.Traces.GetLeftPart(UriPartial.Authority)}")).NoWrap());

        foreach (var row in rows)
        {
            table.AddRow([row.Photo, row.Answer, .. plan.Voters.Select(row.VoteAndTime), row.Decode, row.Hops, row.Ensemble, row.Total, row.Spans, row.TracePath]);
        }
    }

    private static void AddLines(Table table, List<ResultCells> rows, ServicePlan plan)
    {
        table.AddColumn("photograph, votes").AddColumn("answer").AddColumn(new TableColumn("ms").RightAligned().NoWrap()).AddColumn(new TableColumn("spans").RightAligned().NoWrap());

        foreach (var row in rows)
        {
            table.AddRow(row.Photo, row.Answer, row.Total, row.Spans);

            foreach (var member in plan.Voters)
            {
                table.AddRow($"[grey]  {Markup.Escape(member)}[/]", row.Vote(member), $"[grey]{row.VoteTime(member)}[/]");
            }
        }
    }
}
