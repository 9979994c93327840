using Spectre.Console;

namespace InferenceTracing.Terminal;

/// <summary>A piece of work item by item, with a bar on a terminal.</summary>
public static class Steps
{
    /// <summary>Does <paramref name="work"/> with every item, in their order.</summary>
    /// <param name="title">What is done, for people.</param>
    /// <param name="items">Whom it is done with.</param>
    /// <param name="work">What it is.</param>
    /// <param name="atOnce">With how many at once.</param>
    public static Task RunAsync<T>(string title, IReadOnlyList<T> items, Func<T, Task> work, int atOnce = 1)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(work);

        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            AnsiConsole.WriteLine($"{title} ({items.Count}) ...");
            return EachAsync(items, work, atOnce);
        }

        return AnsiConsole.Progress().AutoClear(true).StartAsync(progress =>
        {
            var task = progress.AddTask(title, maxValue: items.Count);

            return EachAsync(
                items,
                async item =>
                {
                    await work(item).ConfigureAwait(false);
                    task.Increment(1);
                },
                atOnce);
        });
    }

    private static Task EachAsync<T>(IReadOnlyList<T> items, Func<T, Task> work, int atOnce) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (item, _) => await work(item).ConfigureAwait(false));
}
