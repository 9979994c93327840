using System.CommandLine;

namespace InferenceTracing.LoadGenerator.Commands;

/// <summary>The command line of <c>dotnet run --project loadgen</c>.</summary>
internal static class LoadCommand
{
    private const string Description =
        """
        Loads the system with photographs and reports how it held: latency, rate, errors, and what the traces say.

        Without anything it sends 20 photographs a second to http://127.0.0.1:5010 for 30 s, after 3 s of warm-up.

        Examples:
          loadgen                                                  the local system, 30 s
          loadgen --rate 50 --arrivals poisson --duration 2m       open model: requests start when they are due
          loadgen --stage 30s:10..80 --stage 1m:80 --stage 30s:0..10   climb, hold, another climb
          loadgen --clients 8 --requests 1000                      closed model: each client waits for its answer
          loadgen --require "p95<150ms" --require "errors<0.1%"    exit code 1 where a requirement is missed
          loadgen --check-traces 1%                                read that share of the traces back, count what is missing
          loadgen --compare logs/load/report.json                  the same again, beside an earlier run
          loadgen --scenario loadgen/scenarios/ramp.json --clients 4    a file; what the command line says goes first
          loadgen simulate --plan loadgen/plans/edges-1000.json    a fleet that is not there, over measured unit costs
          loadgen size --file k8s/sizing.yaml    what a cluster needs for a load

        Exit codes: 0 every requirement holds, 1 one is missed or nothing was answered, 2 nothing was measured.
        OTEL_EXPORTER_OTLP_ENDPOINT exports a span of its own for each request, as service loadgen.
        """;

    public static RootCommand Create()
    {
        var options = new LoadOptions();
        var command = new RootCommand(Description);

        foreach (var option in options.All)
        {
            command.Add(option);
        }

        command.Add(SimulateCommand.Create(TimeProvider.System));
        command.Add(SizeCommand.Create());
        command.SetAction((parsed, cancellationToken) => new LoadSession(Console.Out, Console.Error, TimeProvider.System)
            .RunAsync(
                new LoadCall(
                    () => options.Settings(parsed), parsed.GetValue(options.Report), parsed.GetValue(options.Engine)!, parsed.GetValue(options.Compare), options.CommandLine(parsed)),
                cancellationToken));

        return command;
    }
}

/// <summary>How the process ends when something was measured.</summary>
internal static class ExitCode
{
    /// <summary>Every requirement holds.</summary>
    public const int Met = 0;

    /// <summary>A requirement does not hold, nothing was answered, or traces that were to be checked could not be.</summary>
    public const int Missed = 1;
}
