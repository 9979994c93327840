using System.Net;
using System.Text;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Faults;

/// <summary>In a member's place somebody answers every question with 200 and nonsense.</summary>
internal sealed class GarbageFault() : Fault("garbage", $"{Member}, answers garbage")
{
    private static readonly byte[] Garbage = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("}{\"outputs\":[\0", 1000)));

    private Task _answering = Task.CompletedTask;

    private static string Member => SystemParts.Members[^1];

    public override async Task BeginAsync(FaultStage stage, CancellationToken cancellationToken)
    {
        await stage.System.SignalAsync(Member, "TERM", cancellationToken);
        var listener = new HttpListener { Prefixes = { stage.System.Plan[stage.System.NameOf(Member)].Url.ToString() } };
        listener.Start();
        stage.UntilEnd.Register(listener.Close);
        _answering = AnswerAsync(listener);
    }

    public override async Task EndAsync(FaultSystem system, CancellationToken cancellationToken)
    {
        await _answering;
        await system.StartAgainAsync(Member, cancellationToken);
    }

    public override IEnumerable<string> Problems(FaultFigures figures) =>
        [.. figures.Failed > 0 ? [$"{figures.Failed} failed"] : Array.Empty<string>(), .. MemberRule.Problems(figures)];

    public override IEnumerable<string> Delays(FaultFigures figures) => MemberRule.Delays(figures);

    private static async Task AnswerAsync(HttpListener listener)
    {
        while (true)
        {
            try
            {
                var context = await listener.GetContextAsync();
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                context.Response.Close(Garbage, willBlock: false);
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!listener.IsListening)
                {
                    return;
                }
            }
        }
    }
}
