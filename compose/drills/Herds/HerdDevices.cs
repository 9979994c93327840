using System.Collections.Concurrent;
using System.Globalization;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;

namespace InferenceTracing.Drills.Herds;

/// <summary>All devices behind one link, each with a folder of its own, and what they have answered by themselves.</summary>
internal sealed class HerdDevices : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    // The first photograph of each waits for a cluster of which it does not know yet that it is away.
    private const int AtOnce = 64;

    private readonly List<HerdDevice> _devices = [];
    private readonly ConcurrentBag<(HerdDevice Device, string Trace)> _kept = [];
    private readonly HerdTraffic _traffic;
    private readonly TimeProvider _clock;

    private HerdDevices(HerdTraffic traffic, TimeProvider clock) => (_traffic, _clock) = (traffic, clock);

    /// <summary>Answers that wait for their judgement.</summary>
    public long Pending => _devices.Sum(device => device.Outbox.Pending);

    /// <summary>Answers that were given, and went unjudged: for want of room, of age, or by the disk.</summary>
    public long Dropped => _devices.Sum(device => device.Outbox.Dropped);

    /// <summary>The traces of all answers that were kept.</summary>
    public IReadOnlyList<string> Kept => [.. _kept.Select(answer => answer.Trace)];

    /// <summary>Of these, those that the device's own file has no judgement of.</summary>
    public int Unjudged => _kept.Count(answer => !answer.Device.IsJudged(answer.Trace));

    /// <summary>Returns when all of them have found the cluster.</summary>
    public static async Task<HerdDevices> StartAsync(
        HerdPlace place, int count, HerdTraffic traffic, TimeProvider clock, CancellationToken cancellationToken)
    {
        var devices = new HerdDevices(traffic, clock);

        try
        {
            for (var number = 0; number < count; number++)
            {
                var folder = Path.Combine(place.Folder, number.ToString("0000", CultureInfo.InvariantCulture));
                devices._devices.Add(new HerdDevice(place, folder));
            }

            foreach (var device in devices._devices)
            {
                await device.StartAsync(cancellationToken);
            }

            await devices.UntilAsync(CircuitState.Closed, cancellationToken);
            return devices;
        }
        catch
        {
            await devices.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when every device knows how it stands with the cluster.</summary>
    /// <exception cref="DrillException">Not all of them get to know.</exception>
    public async Task UntilAsync(CircuitState state, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();

        while (_devices.Count(device => device.Circuit != state) is var others and > 0)
        {
            if (_clock.GetElapsedTime(began) > Longest)
            {
                throw new DrillException($"{others} of {_devices.Count} devices do not find the cluster {ClusterCircuit.Name(state)}.");
            }

            await Task.Delay(Poll, _clock, cancellationToken);
        }
    }

    /// <summary>Every device answers so many photographs by itself.</summary>
    public Task AnswerAsync(int each, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, each * _devices.Count),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (number, token) =>
        {
            var index = number % _devices.Count;
            using var pixels = PixelTensor.Rent(1);
            Draw(number, pixels.Span);

            if (await _devices[index].AnswerAsync(pixels, _clock, token) is { } trace)
            {
                _traffic.Kept(trace, index);
                _kept.Add((_devices[index], trace));
            }
        });

    public async ValueTask DisposeAsync() => await Task.WhenAll(_devices.Select(device => device.DisposeAsync().AsTask()));

    /// <summary>No two alike.</summary>
    private static void Draw(int number, Span<byte> rgb)
    {
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)((i / 3 * (number + 1)) >> 4);
        }
    }
}

/// <summary>Where devices are.</summary>
/// <param name="Cluster">Their link to it.</param>
/// <param name="Key">Opens the gateway.</param>
/// <param name="Folder">Theirs, each in one below it.</param>
/// <param name="Options">How often each asks whether the cluster is there, and within which time for its first judgement.</param>
/// <param name="Vote">Whom they vote with.</param>
internal sealed record HerdPlace(Uri Cluster, string Key, string Folder, HerdOptions Options, HerdVote Vote);
