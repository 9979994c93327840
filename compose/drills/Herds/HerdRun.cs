using System.Globalization;
using System.Security.Cryptography;
using InferenceTracing.Drills.Outages;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Herds;

/// <summary>One drill: the system, the live load on it, and the devices that come back all at once.</summary>
internal sealed class HerdRun(HerdOptions options, TextWriter output, TimeProvider clock)
{
    // Of what the machine can do: what live photographs take, and what the judgements have at least, were they slow.
    private const double LiveShare = 1.0 / 3, JudgedShare = 1.0 / 10;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public async Task<HerdOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("inference-tracing-herd-").FullName;

        try
        {
            return await RunAsync(folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<HerdOutcome> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await using var system = await OutageSystem.StartAsync(
            options.Precision,
            plan =>
            {
                // Whoever sends live photographs has another link, and it holds.
                plan[SystemParts.Preprocessing].Settings["Cluster__Url"] = plan[SystemParts.Gateway].Url.ToString();
                plan[SystemParts.Preprocessing].Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = plan[SystemParts.Gateway].Url.ToString();
                plan[SystemParts.Gateway].Settings["Gateway__ApiKeys__herd__Key"] = key;
                plan[SystemParts.Gateway].Settings["Gateway__ApiKeys__herd__Scopes__0"] = "inference";
            },
            cancellationToken);

        var peak = await PeakAsync(system, cancellationToken);
        var rate = Math.Max(1, (int)Math.Round(peak * LiveShare));
        using var traffic = new HerdTraffic(clock);
        await using var vote = await HerdVote.LoadAsync(options.Precision, Path.Combine(folder, "vote"), cancellationToken);
        var place = new HerdPlace(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{system.Link.Port}")), key, folder, options, vote);
        await using var devices = await HerdDevices.StartAsync(place, options.Devices, traffic, clock, cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{options.Devices} devices are connected; {peak:0} photographs a second are the most, {rate} of them come live"));

        var load = new PhotoLoad(system.Edge, rate, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = load.RunAsync(end.Token);

        try
        {
            await Task.Delay(options.Settling, clock, cancellationToken);
            var usual = clock.GetUtcNow();
            await Task.Delay(options.Around, clock, cancellationToken);
            var cut = clock.GetUtcNow();
            system.Link.Cut();
            await output.WriteLineAsync("the link of all devices is cut");
            await devices.AnswerAsync(options.Answers, cancellationToken);
            await devices.UntilAsync(CircuitState.Open, cancellationToken);

            if (options.Outage - (clock.GetUtcNow() - cut) is { Ticks: > 0 } left)
            {
                await Task.Delay(left, clock, cancellationToken);
            }

            await output.WriteLineAsync($"the link is back after {(clock.GetUtcNow() - cut).TotalSeconds:0} s, {devices.Pending} answers wait");
            var mended = clock.GetUtcNow();
            system.Link.Mend();
            var patience = TimeSpan.FromMinutes(2) + (3 * TimeSpan.FromSeconds(devices.Pending / (peak * JudgedShare)));

            while (devices.Pending > 0 && clock.GetUtcNow() - mended < patience)
            {
                await Task.Delay(Poll, clock, cancellationToken);
            }

            var caughtUp = clock.GetUtcNow();
            await output.WriteLineAsync($"{devices.Pending} answers wait after {(caughtUp - mended).TotalSeconds:0} s");

            // Usual is what comes before and what comes after: a machine that has become slower meanwhile is no herd.
            await Task.Delay(options.Settling + options.Around, clock, cancellationToken);
            await end.CancelAsync();
            await sending;
            return new HerdOutcome(
                load.Answers, usual, cut, mended, caughtUp, caughtUp + options.Settling, options.Devices * options.Answers, devices.Kept.Count, devices.Unjudged,
                devices.Kept.Count(trace => traffic.JudgementsOf(trace) != 1), (int)devices.Dropped, traffic.Asked, traffic.Refused, traffic.TooEarly, traffic.Unanswered);
        }
        finally
        {
            await end.CancelAsync();
            await sending;
        }
    }

    /// <summary>What the cluster answers a second to a few callers who never stop asking.</summary>
    private async Task<double> PeakAsync(OutageSystem system, CancellationToken cancellationToken)
    {
        // The first ones compile.
        await AskAsync(options.Probing);
        var began = clock.GetTimestamp();
        var answered = await AskAsync(options.Probing);
        return answered / clock.GetElapsedTime(began).TotalSeconds;

        async Task<int> AskAsync(TimeSpan duration)
        {
            var load = new PhotoLoad(system.Edge, rate: 1, clock);
            var start = clock.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(async _ =>
            {
                while (clock.GetElapsedTime(start) < duration)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await load.SendAsync();
                }
            }));
            return load.Answers.Count(answer => answer is { Status: 200, ByTheEdge: null });
        }
    }
}

/// <summary>What a drill came to.</summary>
/// <param name="Live">Live photographs.</param>
/// <param name="Usual">From when on these alone came.</param>
/// <param name="Cut">When the devices' link was cut.</param>
/// <param name="Mended">When it was back.</param>
/// <param name="CaughtUp">When nothing waited any more, or patience ended.</param>
/// <param name="UsualAgain">From when on live photographs came alone again.</param>
/// <param name="Answered">Photographs that the devices were given meanwhile.</param>
/// <param name="Kept">Answers to them in the outboxes.</param>
/// <param name="Unjudged">Of these, those without a judgement in the device's file.</param>
/// <param name="NotOnce">Those that the cluster has not judged just once, by the judgements' spans.</param>
/// <param name="Dropped">Those that a device gave up.</param>
/// <param name="Asked">Questions to the cluster.</param>
/// <param name="Refused">Of these, those refused with a time to wait.</param>
/// <param name="TooEarly">Those of a device that had been told to wait for longer.</param>
/// <param name="Unanswered">Those that came to nothing.</param>
internal sealed record HerdOutcome(
    IReadOnlyCollection<PhotoAnswer> Live, DateTimeOffset Usual, DateTimeOffset Cut, DateTimeOffset Mended, DateTimeOffset CaughtUp, DateTimeOffset UsualAgain,
    int Answered, int Kept, int Unjudged, int NotOnce, int Dropped, int Asked, int Refused, int TooEarly, int Unanswered);
