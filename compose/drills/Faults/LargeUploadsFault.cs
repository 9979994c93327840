using InferenceTracing.Photos.Crafted;

namespace InferenceTracing.Drills.Faults;

/// <summary>Many callers at once who send as much as one may, over and over.</summary>
internal sealed class LargeUploadsFault() : Fault("large-uploads", $"{Callers} uploads of {Bytes >> 20} MiB at once, again and again")
{
    private const int Callers = 64;
    private const int Bytes = 31 << 20;

    private Task _sending = Task.CompletedTask;

    public override Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        // A picture by its header, so that it is read to its end.
        var file = new byte[Bytes];
        Hollow.Jpeg(640, 480).CopyTo(file, 0);
        _sending = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => SendAsync(stage.System.Plan.Edge, file, stage.UntilEnd)));
        return Task.CompletedTask;
    }

    public override Task EndAsync(FaultSystem system, CancellationToken cancellationToken) => _sending;

    public override IEnumerable<string> Problems(FaultFigures figures) => UploadRule.Problems(figures);

    private static async Task SendAsync(Uri edge, byte[] file, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = edge };

        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var content = new ByteArrayContent(file);
                using var answer = await client.PostAsync(new Uri("preprocessing", UriKind.Relative), content, stop);
            }
            catch (HttpRequestException)
            {
                // Refused before all of it was sent.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
