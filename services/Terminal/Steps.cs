using Spectre.Console;

namespace InferenceTracing.Terminal;

/// <summary>A piece of work item by item, with a bar on a terminal.</summary>
public static class Steps
{
    /// <summary>Does <paramref name="work"/> with one item after the other.</summary>
    /// <param name="title">What is done, for people.</param>
    /// <param name="items">Whom it is done with.</param>
    /// <param name="work">What it is.</param>
    public static Task RunAsync<T>(string title, IReadOnlyList<T> items, Func<T, Task> work)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(work);

        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            return RunPlainAsync(title, items, work);
        }

        return AnsiConsole.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var task = progress.AddTask(title, maxValue: items.Count);

            foreach (var item in items)
            {
                await work(item).ConfigureAwait(false);
                task.Increment(1);
            }
        });
    }

    private static async Task RunPlainAsync<T>(string title, IReadOnlyList<T> items, Func<T, Task> work)
    {
        AnsiConsole.WriteLine($"{title} ({items.Count}) ...");

        foreach (var item in items)
        {
            await work(item).ConfigureAwait(false);
        }
    }
}
