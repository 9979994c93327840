using System.Globalization;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Progress;

/// <summary>A line every few seconds, for a pipe or a file.</summary>
internal sealed class PlainLines(Scenario scenario, TextWriter output) : IProgressView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public async Task ShowAsync(Task run, Func<(TimeSpan Now, Reading Reading)> look, TimeProvider time)
    {
        var rates = new Rates();

        while (!run.IsCompleted)
        {
            await Task.WhenAny(run, Task.Delay(Interval, time));
            var (now, progress) = look();

            if (!run.IsCompleted)
            {
                await output.WriteLineAsync(Line(now, progress, rates.Next(now, progress)));
            }
        }
    }

    private string Line(TimeSpan now, Reading progress, double rate)
    {
        if (now < scenario.WarmUp)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{now.TotalSeconds,6:0.0}s  warming up, {progress.InFlight} in flight");
        }

        var errors = progress.Errors.Count == 0 ? "" : "  " + string.Join(", ", progress.Errors.Select(error => $"{error.Key} {error.Value}"));

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now.TotalSeconds,6:0.0}s  {rate,7:0.0}/s  {progress.InFlight,4} in flight  p50 {progress.P50.TotalMilliseconds:0.0}  p95 {progress.P95.TotalMilliseconds:0.0}  p99 {progress.P99.TotalMilliseconds:0.0} ms  {progress.Answered} answered  {progress.Failed} errors{errors}");
    }
}
