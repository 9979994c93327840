using System.CommandLine;

namespace InferenceTracing.Drills.Faults;

/// <summary>The command line of <c>dotnet run --project compose/drills -- faults</c>.</summary>
internal static class FaultCommand
{
    public static Command Create()
    {
        string[] names = [.. FaultDrill.All().Select(fault => fault.Name)];
        var brief = new Option<bool>("--short") { Description = "The most important ones, and briefly: some three minutes" };
        var rate = new Option<int?>("--rate") { Description = $"Photographs a second (default: {FaultScale.Full.Rate}, with --short {FaultScale.Short.Rate})" };
        var pictures = new Option<int?>("--pictures") { Description = $"Crafted pictures (default: {FaultScale.Full.Pictures}, with --short {FaultScale.Short.Pictures})" };
        var only = new Option<string[]>("--only") { Description = $"One drill, more of them by more options: {string.Join(", ", names)}" };
        var write = new Option<string?>("--write") { Description = "Document with a place for the table: docs/operations.md" };

        only.AcceptOnlyFromAmong(names);

        var command = new Command(
            "faults",
            "Starts the whole system as processes, without containers; kills, freezes and stops each of them under load, floods the edge, sends it what strangers craft; counts what that cost")
        {
            brief, rate, pictures, only, write,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var scale = parsed.GetValue(brief) ? FaultScale.Short : FaultScale.Full;
            return FaultDrill.RunAsync(
                new FaultOptions(
                    parsed.GetValue(only) ?? [],
                    parsed.GetValue(brief),
                    scale with { Rate = parsed.GetValue(rate) ?? scale.Rate, Pictures = parsed.GetValue(pictures) ?? scale.Pictures },
                    parsed.GetValue(write)),
                Console.Out,
                cancellationToken);
        });
        return command;
    }
}
