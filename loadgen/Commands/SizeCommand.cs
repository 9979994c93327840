using System.CommandLine;
using System.Globalization;
using InferenceTracing.LoadGenerator.Sizing;
using Spectre.Console;

namespace InferenceTracing.LoadGenerator.Commands;

/// <summary><c>loadgen size</c>: what a cluster needs for the load of a file.</summary>
internal static class SizeCommand
{
    private const string Description =
        """
        Says what a cluster needs for a load: replicas, processor requests, autoscalers' bounds, Kafka's partitions, Elasticsearch's shards and disks.

        Example:
          loadgen size --file k8s/sizing.yaml
        """;

    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "The load (YAML)", DefaultValueFactory = _ => Path.Combine("k8s", "sizing.yaml") };
        var command = new Command("size", Description) { file };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, AnsiConsole.Console));
        return command;
    }

    /// <exception cref="Scenarios.UsageException">The file is wrong; one line.</exception>
    public static int Run(string path, IAnsiConsole console)
    {
        var (sizing, costs) = SizingFile.Read(path);
        var size = ClusterSize.Of(sizing, costs);
        console.WriteLine(Text($"{sizing.Edges:#,0} edges, {sizing.PhotographsPerSecond:#,0.##} photographs a second and {sizing.Busiest:#,0.##} in the busiest minutes, {sizing.Mode}:"));
        console.WriteLine(Text($"the cluster is asked about {sizing.Asked * 100:0.#} % of them."));

        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("part");

        foreach (var name in (string[])["cores busy", "in the busiest", "min", "max", "cpu request"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var part in size.Parts)
        {
            table.AddRow(part.Name, Text($"{part.Cores:0.00}"), Text($"{part.BusiestCores:0.00}"), $"{part.Fewest}", $"{part.Most}", $"{part.MilliCores}m");
        }

        console.Write(table);
        console.WriteLine(Text($"spans a second      {size.SpansPerSecond.Made:#,0} made, {size.SpansPerSecond.Kept:#,0} kept"));
        console.WriteLine(Text($"Kafka               {size.Partitions} partitions"));
        console.WriteLine(Text($"Elasticsearch       {size.Shards} shards, {size.GigabytesADay:0.0} GB a day, {size.Gigabytes:0} GB for {sizing.RetentionDays:0.#} days in {sizing.Copies} copies"));
        console.WriteLine(Text($"open connections    {size.ConnectionMegabytes:0} MB at the gateways"));
        console.WriteLine($"unit costs measured on {costs.Machine}");
        return ExitCode.Met;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
