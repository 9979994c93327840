using System.Globalization;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Scenarios;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace InferenceTracing.LoadGenerator.Progress;

/// <summary>The run on a terminal, drawn anew twice a second.</summary>
internal sealed class LiveView(Scenario scenario, IAnsiConsole console) : IProgressView
{
    private const int LongestHistory = 60;

    // What stands around the bars: a panel's edges, the name of the row, the rate itself.
    private const int BesideHistory = 30;

    private const string Bars = "▁▂▃▄▅▆▇█";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly int _history = Math.Clamp(console.Profile.Width - BesideHistory, 1, LongestHistory);
    private readonly Queue<double> _rates = new();

    public Task ShowAsync(Task run, Func<(TimeSpan Now, Reading Reading)> look, TimeProvider time) =>
        console.Live(new Text("")).AutoClear(true).StartAsync(async live =>
        {
            var rates = new Rates();

            while (!run.IsCompleted)
            {
                await Task.WhenAny(run, Task.Delay(Interval, time));
                var (now, progress) = look();
                live.UpdateTarget(Draw(now, progress, rates.Next(now, progress)));
            }
        });

    private Panel Draw(TimeSpan now, Reading progress, double rate)
    {
        _rates.Enqueue(rate);

        if (_rates.Count > _history)
        {
            _rates.Dequeue();
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row(grid, "time", $"{Seconds(now)}{Length()}{(now < scenario.WarmUp ? "  [yellow]warming up[/]" : "")}");
        Row(grid, "rate", string.Create(CultureInfo.InvariantCulture, $"[bold]{rate:0.0}[/]/s  [blue]{Sparkline()}[/]"));
        Row(grid, "in flight", $"{progress.InFlight}");
        Row(grid, "latency", string.Create(
            CultureInfo.InvariantCulture,
            $"p50 [bold]{progress.P50.TotalMilliseconds:0.0}[/]   p95 [bold]{progress.P95.TotalMilliseconds:0.0}[/]   p99 [bold]{progress.P99.TotalMilliseconds:0.0}[/] ms"));
        Row(grid, "answered", $"{progress.Answered}");
        Row(grid, "errors", progress.Failed == 0 ? "[green]0[/]" : $"[red]{string.Join(", ", progress.Errors.Select(error => $"{Markup.Escape(error.Key)} {error.Value}"))}[/]");

        return new Panel(grid) { Header = new PanelHeader($" {Markup.Escape(scenario.Load.ToString()!)} · Ctrl-C ends with the report "), Border = BoxBorder.Rounded };
    }

    private static void Row(Grid grid, string name, string value) => grid.AddRow(new IRenderable[] { new Markup($"[grey]{name}[/]"), new Markup(value) });

    private string Sparkline()
    {
        var top = Math.Max(1, _rates.Max());
        return string.Concat(_rates.Select(rate => Bars[(int)(rate / top * (Bars.Length - 1))]));
    }

    private string Length() => scenario.Duration == Timeout.InfiniteTimeSpan ? "" : $" of {Seconds(scenario.WarmUp + scenario.Duration)}";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
