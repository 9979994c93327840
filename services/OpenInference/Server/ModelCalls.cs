using System.Diagnostics;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.OpenInference.Server;

/// <summary>What both doors, HTTP and gRPC, do alike: find the model, hold the deadline, ask, count, and say on span and log what failed.</summary>
internal sealed class ModelCalls(
    IInferenceModel model, FirstRequest first, InferenceStatistics statistics, IOptions<OpenInferenceOptions> options, TimeProvider clock, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("InferenceTracing.OpenInference");

    public OpenInferenceOptions Options { get; } = options.Value;

    /// <summary>The one model of the service.</summary>
    public IInferenceModel Model => model;

    /// <summary>It answers requests, and has answered the service's own first one.</summary>
    public bool IsReady => first.IsReady;

    /// <summary>The model of that name.</summary>
    /// <param name="name">As the caller writes it.</param>
    /// <param name="version">Null or empty: whichever is served.</param>
    /// <exception cref="InferenceException">404: it is not the one served here.</exception>
    public IInferenceModel Resolve(string? name, string? version)
    {
        if (name != model.Metadata.Name)
        {
            throw InferenceException.NotFound($"The model served here is '{model.Metadata.Name}'.");
        }

        return string.IsNullOrEmpty(version) || version == model.Metadata.Version
            ? model
            : throw InferenceException.NotFound($"The version served here is '{model.Metadata.Version}'.");
    }

    /// <summary>Until when the caller waits.</summary>
    /// <param name="header">What <see cref="Deadline.Header"/> says.</param>
    /// <param name="longest">What else bounds it; null where nothing does.</param>
    /// <exception cref="InferenceException">400 or 504: the header says no time, or it is over already.</exception>
    public Deadline ReadDeadline(string? header, TimeSpan? longest = null)
    {
        var most = longest < Options.LongestDeadline ? longest.Value : Options.LongestDeadline;

        if (!Deadline.TryRead(header, most, clock, out var deadline))
        {
            throw InferenceException.InvalidDeadline();
        }

        return deadline.HasPassed ? throw InferenceException.TooLate(deadline.Budget) : deadline;
    }

    /// <summary>Asks the model.</summary>
    /// <exception cref="InferenceException">It cannot answer.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>.</exception>
    public async Task<Prediction> AskAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();

        try
        {
            var prediction = await model.InferAsync(images, deadline, cancellationToken).ConfigureAwait(false);
            statistics.Answered(prediction, clock.GetElapsedTime(began));
            return prediction;
        }
        catch
        {
            statistics.Failed(clock.GetElapsedTime(began));
            throw;
        }
    }

    /// <summary>Says a refusal on span and log; the answer is the door's.</summary>
    public void Report(Activity? span, InferenceException refusal)
    {
        if (refusal.Status >= 500)
        {
            Telemetry.Fail(span, refusal.Reason, refusal.Message);
            Log.Failed(_logger, refusal.Reason, refusal.Message, refusal.InnerException);
        }
        else
        {
            span?.SetTag("error.type", refusal.Reason);
            Log.Refused(_logger, refusal.Reason, refusal.Message);
        }
    }
}
