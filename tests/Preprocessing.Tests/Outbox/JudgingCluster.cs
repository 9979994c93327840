using System.Collections.Concurrent;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>A cluster: the real v2 endpoints before an ensemble that takes a photograph for the class that its first byte names.</summary>
internal sealed class JudgingCluster : IInferenceModel, IAsyncDisposable
{
    private const string Members = """[{"name":"one","version":"1","votes":[{"class":7,"label":"thing 7","probability":0.8}],"top":[{"class":7,"label":"thing 7","probability":0.8}],"ms":3}]""";

    private readonly ConcurrentQueue<(byte Class, int Sum, string? TraceParent)> _asked = new();
    private LocalServer? _server;

    public ModelMetadata Metadata { get; } = new(
        "ensemble", "1", "ensemble", new ClassLabels([.. Enumerable.Range(0, ProbabilitiesOutput.Classes).Select(index => $"thing {index}")]), Untrained: false);

    public bool IsReady => true;

    /// <summary>Whether a member's vote is missing.</summary>
    public bool IsDegraded { get; set; }

    /// <summary>Of the questions so far, those that nobody waits for.</summary>
    public int InBackground { get; private set; }

    /// <summary>What happens before an answer; it may refuse.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>The photographs of the tests that it was asked about, each by its first byte, the sum of all, and the caller's trace context; also those it refused.</summary>
    public IReadOnlyList<(byte Class, int Sum, string? TraceParent)> Asked => [.. _asked];

    public Uri Address => _server!.Address;

    public static async Task<JudgingCluster> StartAsync()
    {
        var cluster = new JudgingCluster();
        cluster._server = await LocalServer.StartAsync(
            app => app.MapOpenInference(),
            builder =>
            {
                builder.AddOpenInference();
                builder.Services.AddSingleton<IInferenceModel>(cluster);
                builder.Services.AddHttpContextAccessor();
                builder.Services.AddSingleton(cluster);
            });
        using var client = new HttpClient();
        await Patience.UntilAsync(() => client.GetAsync(new Uri(cluster.Address, "/v2/health/ready")), answer => answer.IsSuccessStatusCode);
        cluster._asked.Clear();
        return cluster;
    }

    public async Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        var choice = images.Span[0];
        InBackground += deadline.IsBackground ? 1 : 0;
        _asked.Enqueue((choice, Photograph.Sum(images.Span), new HttpContextAccessor().HttpContext?.Request.Headers.TraceParent));
        await Before(cancellationToken);
        var probabilities = new float[ProbabilitiesOutput.Classes];
        probabilities[choice] = 0.75f;
        probabilities[999] = 0.25f;
        return new Prediction(probabilities, ProbabilitiesOutput.Classes, new Dictionary<string, object> { ["degraded"] = IsDegraded, ["members"] = Members });
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}
