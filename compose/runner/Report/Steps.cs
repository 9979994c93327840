using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>A piece of work item by item, with a bar on a terminal.</summary>
internal static class Steps
{
    public static Task RunAsync<T>(string title, IReadOnlyList<T> items, Func<T, Task> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            return RunPlainAsync(title, items, work);
        }

        return AnsiConsole.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var task = progress.AddTask(title, maxValue: items.Count);

            foreach (var item in items)
            {
                await work(item);
                task.Increment(1);
            }
        });
    }

    private static async Task RunPlainAsync<T>(string title, IReadOnlyList<T> items, Func<T, Task> work)
    {
        AnsiConsole.WriteLine($"{title} ({items.Count}) ...");

        foreach (var item in items)
        {
            await work(item);
        }
    }
}
