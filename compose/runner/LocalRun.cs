using InferenceTracing.ModelRepository;
using InferenceTracing.Photos;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Runner.Report;
using InferenceTracing.Terminal;
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

        try
        {
            // What was asked for is looked at before anything is downloaded or started.
            var checkout = Checkout.Find();
            var photos = PhotoFolder.Read(options.Photos);
            var logs = options.Logs is { } folder ? OutputFolder.Make("--logs", folder) : checkout.Logs;
            var models = options.Models is { } names ? new ModelChoice(names) : ModelChoice.Find();
            var plan = ServicePlan.Create(checkout, models, PortChoice.For(options), logs, options.Otlp is { } address ? new OtlpBackend(address) : null);

            await models.OpenAsync(stop.Token);

            if (options.Precision == Precision.Int8)
            {
                await QuantisedModels.ProvideAsync(checkout, [.. models.Names.Union(options.Edge is { } own ? [own.Model] : [])], stop.Token);
            }

            plan.ServeAt(options.Precision);

            if (options.Edge is { } voting)
            {
                await new ModelChoice([voting.Model]).OpenAsync(stop.Token);
                plan.VoteAtEdge(voting, options.Precision, Path.Combine(checkout.Data, "edge"));
            }

            await using var fleet = new ServiceFleet(plan);
            await fleet.StartAsync(stop.Token);

            var results = await ClassifyRun.RunAsync(plan, photos, clock, stop.Token);
            AnsiConsole.Write(ResultTable.Create(results, plan, AnsiConsole.Profile.Width));
            var complete = ResultSummary.Print(results, plan);

            if (!options.Once)
            {
                Welcome.Print(plan);
                await fleet.KeepUpAsync(stop.Token);
            }

            return complete ? 0 : 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            AnsiConsole.WriteLine("Stopped.");
            return options.Once ? 130 : 0;
        }
    }
}

/// <summary>The system cannot be started or kept up; the message says what the reader can mend.</summary>
internal sealed class LocalException(string message) : CommandException(message, exitCode: 1);
