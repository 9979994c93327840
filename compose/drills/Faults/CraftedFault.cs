using System.Collections.Concurrent;
using System.Globalization;
using InferenceTracing.Photos;
using InferenceTracing.Photos.Crafted;

namespace InferenceTracing.Drills.Faults;

/// <summary>Pictures as strangers craft them, each another one, many at once.</summary>
internal sealed class CraftedFault() : Fault("crafted", "crafted pictures")
{
    private const int AtOnce = 16;
    private const long MostAfterwards = 250L << 20;
    private const int Seed = 20261125;

    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private Task _sending = Task.CompletedTask;
    private MemoryLimit? _limit;

    public override string Load(FaultScale scale) => $"{scale.Rate}/s beside {scale.Pictures} pictures, {AtOnce} at once";

    public override TimeSpan Outage(FaultScale scale) => TimeSpan.Zero;

    public override Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        _limit = stage.System.Limit;
        _sending = Parallel.ForEachAsync(
            Enumerable.Range(0, stage.Scale.Pictures),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var picture = CraftedPicture.Next(new Random(Seed + index), Scene);
                var status = await SendAsync(stage.System.Edge, picture.File, token);
                _statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            });
        return Task.CompletedTask;
    }

    public override async Task EndAsync(FaultSystem system, CancellationToken cancellationToken)
    {
        await ((Task)_sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Console.Out.WriteLineAsync($"crafted: {string.Join(", ", _statuses.OrderBy(status => status.Key).Select(status => $"{status.Value} × {status.Key}"))}");
    }

    public override IEnumerable<string> Problems(FaultFigures figures)
    {
        foreach (var (status, count) in _statuses.Where(status => status.Key is 0 or (>= 500 and not 503 and not 504)))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{count} answers {status}");
        }

        if (_limit?.Kills > 0)
        {
            yield return "killed for its memory";
        }

        if (figures.Failed > 0)
        {
            yield return $"{figures.Failed} failed";
        }

        if (figures.Memory.After > MostAfterwards)
        {
            yield return $"{figures.Memory.After >> 20} MiB afterwards, {MostAfterwards >> 20} wanted";
        }

        foreach (var problem in UploadRule.EdgeMemory(figures))
        {
            yield return problem;
        }
    }

    /// <summary>A whole picture; ours is a PNG whatever is asked for.</summary>
    private static byte[] Scene(int side, string suffix)
    {
        var rgb = new byte[side * side * 3];

        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)((i / 3 % side) + (i / 3 / side));
        }

        return PngFile.Write(rgb, side, side);
    }

    private static async Task<int> SendAsync(HttpClient edge, byte[] file, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(file);
            using var answer = await edge.PostAsync(new Uri("preprocessing", UriKind.Relative), content, cancellationToken);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
