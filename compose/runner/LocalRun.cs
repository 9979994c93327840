using InferenceTracing.Photos;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Runner.Report;
using Spectre.Console;

namespace InferenceTracing.Runner;

/// <summary>From nothing to a table of answers and their traces.</summary>
internal static class LocalRun
{
    public static async Task<int> RunAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        var clock = LaunchClock.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var launcher = LauncherWatch.StopWhenGone(stop);

        Screen.Prepare();

        try
        {
            var checkout = Checkout.Find();
            var models = await ModelChoice.PrepareAsync(stop.Token);
            var plan = ServicePlan.Create(checkout, models, PortChoice.For(options), options.Logs?.FullName ?? checkout.Logs);

            await using var fleet = new ServiceFleet(plan);
            await fleet.StartAsync(stop.Token);

            var photos = PhotoFolder.Read(options.Photos?.FullName);
            var results = await ClassifyRun.RunAsync(plan, photos, clock, stop.Token);
            AnsiConsole.Write(ResultTable.Create(results, plan));
            var complete = ResultSummary.Print(results, plan);

            if (!options.Once)
            {
                Welcome.Print(plan);
                await fleet.WatchAsync(stop.Token);
            }

            return complete ? 0 : 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            AnsiConsole.WriteLine("Stopped.");
            return options.Once ? 130 : 0;
        }
        catch (Exception failure) when (failure is LocalException or FileNotFoundException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}

/// <summary>Something the reader can mend; the message says what.</summary>
internal sealed class LocalException(string message) : Exception(message);
