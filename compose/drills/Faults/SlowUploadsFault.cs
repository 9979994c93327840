using System.Net.Sockets;
using System.Text;

namespace InferenceTracing.Drills.Faults;

/// <summary>Many callers who send their photograph so slowly that it is just not too slow.</summary>
internal sealed class SlowUploadsFault() : Fault("slow-uploads", $"{Callers} uploads of {BytesASecond} bytes a second")
{
    private const int Callers = 200;
    private const int BytesASecond = 300;
    private const int TimesASecond = 5;

    private readonly List<TcpClient> _callers = [];
    private Task _sending = Task.CompletedTask;

    public override async Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        var edge = stage.System.Plan.Edge;
        var head = Encoding.ASCII.GetBytes(
            $"POST /preprocessing HTTP/1.1\r\nHost: {edge.Authority}\r\nContent-Type: image/jpeg\r\nContent-Length: 100000\r\n\r\n");

        for (var i = 0; i < Callers; i++)
        {
            var caller = new TcpClient();
            _callers.Add(caller);
            await caller.ConnectAsync(edge.Host, edge.Port, cancellationToken);
            await caller.GetStream().WriteAsync(head, cancellationToken);
        }

        _sending = SendAsync(stage.UntilEnd);
    }

    public override async Task EndAsync(FaultSystem system, CancellationToken cancellationToken)
    {
        await _sending;
        _callers.ForEach(caller => caller.Dispose());
    }

    public override IEnumerable<string> Problems(FaultFigures figures) => UploadRule.Problems(figures);

    private async Task SendAsync(CancellationToken stop)
    {
        var drop = new byte[BytesASecond / TimesASecond];
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TimesASecond));

        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var caller in _callers.Where(caller => caller.Connected))
                {
                    try
                    {
                        await caller.GetStream().WriteAsync(drop, stop);
                    }
                    catch (IOException)
                    {
                        // The edge has had enough of this one.
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}

/// <summary>What it may cost everybody else that somebody uploads too slowly, or too much.</summary>
internal static class UploadRule
{
    private const double LeastAnswered = 0.95;

    public static IEnumerable<string> Problems(FaultFigures figures)
    {
        if (figures.ShareAnswered < LeastAnswered)
        {
            yield return $"{figures.ShareAnswered:P1} answered";
        }

        if (figures.Failed > 0)
        {
            yield return $"{figures.Failed} failed";
        }

        foreach (var problem in EdgeMemory(figures))
        {
            yield return problem;
        }
    }

    public static IEnumerable<string> EdgeMemory(FaultFigures figures)
    {
        if (figures.Memory.Ended is { } end)
        {
            yield return end;
        }

        if (figures.Memory.Peak > FaultSystem.EdgeBytes)
        {
            yield return $"{figures.Memory.Peak >> 20} MiB, of {FaultSystem.EdgeBytes >> 20}";
        }
    }
}
