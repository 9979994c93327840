using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Drills;

/// <summary>What the drills that start the system themselves have in common: they end with whoever started them, print a table, and keep it in a document.</summary>
internal static class TableDrill
{
    /// <param name="place">Where the table stands in a document; its name is the drill's.</param>
    /// <param name="document">The document; null keeps the table nowhere.</param>
    /// <param name="output">Where the table is printed.</param>
    /// <param name="drill">Returns the table, and whether all holds that must.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>0 where all holds, 1 where something does not, 2 where the drill could not go on, which one line says.</returns>
    public static async Task<int> RunAsync(
        DocumentPlace place, string? document, TextWriter output, Func<CancellationToken, Task<(string Table, bool Holds)>> drill, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var launcher = LauncherWatch.StopWhenGone(stop);

        try
        {
            if (document is not null)
            {
                // That it has no place is said now, and not at the end.
                _ = place.Around(document);
            }

            var (table, holds) = await drill(stop.Token);
            await output.WriteLineAsync(table);

            if (document is not null)
            {
                place.Write(document, table);
            }

            return holds ? 0 : 1;
        }
        catch (Exception reason) when (reason is DrillException or LocalException)
        {
            await Console.Error.WriteLineAsync($"{place.Name}: {reason.Message}");
            return 2;
        }
    }
}
