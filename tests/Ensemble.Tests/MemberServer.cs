using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace InferenceTracing.Ensemble.Tests;

/// <summary>A member's model server: the real endpoints before a model that votes as a test tells it to.</summary>
internal sealed class MemberServer : IInferenceModel, IAsyncDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalServer? _server;

    private MemberServer(string name, bool untrained, ClassLabels labels) =>
        Metadata = new ModelMetadata(name, "7", "onnx_onnxv1", labels, untrained) { Precision = "int8" };

    public static ClassLabels Labels { get; } = new([.. Enumerable.Range(0, ProbabilitiesOutput.Classes).Select(index => $"thing {index}, of the kind {index}")]);

    /// <summary>Of another version: the same classes in the opposite order.</summary>
    public static ClassLabels OtherLabels { get; } = new([.. Labels.Reverse()]);

    public ModelMetadata Metadata { get; }

    public bool IsReady { get; set; } = true;

    /// <summary>The class this member votes for, with 90 %; the rest goes to class 0.</summary>
    public int Choice { get; set; } = 7;

    /// <summary>What it does instead of voting.</summary>
    public Func<CancellationToken, Task>? Instead { get; set; }

    /// <summary>What it answers to an inference request instead of v2, as it is.</summary>
    public string? Rubbish { get; set; }

    /// <summary>The headers of the last inference request.</summary>
    public IHeaderDictionary Asked { get; private set; } = new HeaderDictionary();

    /// <summary>Ends when the first inference request has come.</summary>
    public Task WasAsked => _asked.Task;

    /// <summary>Ends when one who asked no longer waits.</summary>
    public Task WasGivenUp => _givenUp.Task;

    public Uri Address => _server!.Address;

    public static async Task<MemberServer> StartAsync(string name, bool untrained = false, int port = 0, ClassLabels? labels = null)
    {
        var member = new MemberServer(name, untrained, labels ?? Labels);
        member._server = await LocalServer.StartAsync(
            app =>
            {
                app.Use(member.NoteAsync);
                app.MapOpenInference();
            },
            builder =>
            {
                builder.AddOpenInference();
                builder.Services.AddSingleton<IInferenceModel>(member);
            },
            port);
        using var client = new HttpClient();
        await Patience.UntilAsync(() => client.GetAsync(new Uri(member.Address, "/v2/health/ready")), answer => answer.IsSuccessStatusCode);
        return member;
    }

    public async Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        if (Instead is not null)
        {
            try
            {
                await Instead(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                _givenUp.TrySetResult();
                throw;
            }
        }

        var probabilities = new float[images.Count * ProbabilitiesOutput.Classes];

        for (var image = 0; image < images.Count; image++)
        {
            // Each image's first pixel byte moves the vote, so that images cannot be mixed up unseen.
            probabilities[(image * ProbabilitiesOutput.Classes) + Choice + images.Image(image)[0]] = 0.9f;
            probabilities[image * ProbabilitiesOutput.Classes] = 0.1f;
        }

        return new Prediction(probabilities, ProbabilitiesOutput.Classes, new Dictionary<string, object> { ["queue_ms"] = 1.5, ["run_ms"] = 2.5 });
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        // A service's own first request is not sampled; a test's are.
        if (HttpMethods.IsPost(context.Request.Method) && !context.Request.Headers.TraceParent.ToString().EndsWith("-00", StringComparison.Ordinal))
        {
            Asked = new HeaderDictionary(context.Request.Headers.ToDictionary());
            _asked.TrySetResult();

            if (Rubbish is not null)
            {
                await context.Response.WriteAsync(Rubbish);
                return;
            }
        }

        await next(context);
    }
}
