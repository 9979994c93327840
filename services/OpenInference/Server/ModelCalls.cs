using System.Diagnostics;
using System.Globalization;
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

    /// <summary>Until when the caller waits, and whether anybody does.</summary>
    /// <param name="header">What <see cref="Deadline.Header"/> says.</param>
    /// <param name="priority">What <see cref="Deadline.PriorityHeader"/> says.</param>
    /// <param name="longest">What else bounds it; null where nothing does.</param>
    /// <exception cref="InferenceException">400 or 504: the header says no time, or it is over already.</exception>
    public Deadline ReadDeadline(string? header, string? priority, TimeSpan? longest = null)
    {
        var most = longest < Options.LongestDeadline ? longest.Value : Options.LongestDeadline;

        if (!Deadline.TryRead(header, most, clock, out var deadline))
        {
            throw InferenceException.InvalidDeadline();
        }

        if (deadline.HasPassed)
        {
            throw InferenceException.TooLate(deadline.Budget);
        }

        return Deadline.SaysBackground(priority) ? deadline.InBackground() : deadline;
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

/// <summary>
/// What a model has done since its server started, in the words of Triton's statistics extension
/// (triton-inference-server/server, docs/protocol/extension_statistics.md).
/// </summary>
/// <param name="clock">Tells when the last answer was given.</param>
public sealed class InferenceStatistics(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Spent> _runs = [];
    private long _images;
    private long _last;
    private Spent _answered;
    private Spent _failed;
    private Spent _queued;
    private Spent _computed;

    /// <summary>A request was answered.</summary>
    /// <param name="prediction">The answer; where it says <c>queue_ms</c> and <c>run_ms</c>, they are added up.</param>
    /// <param name="took">From the question to the model until its answer.</param>
    public void Answered(Prediction prediction, TimeSpan took)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var (queued, computed) = (Time(prediction, "queue_ms"), Time(prediction, "run_ms"));

        lock (_gate)
        {
            _images += prediction.Count;
            _last = clock.GetUtcNow().ToUnixTimeMilliseconds();
            _answered = _answered.And(took);
            _queued = _queued.And(queued ?? TimeSpan.Zero);
            _computed = _computed.And(computed ?? took);
        }
    }

    /// <summary>A request was asked of the model and not answered.</summary>
    /// <param name="took">Until it failed.</param>
    public void Failed(TimeSpan took)
    {
        lock (_gate)
        {
            _failed = _failed.And(took);
        }
    }

    /// <summary>The network ran once. A model that never says so runs once for each request.</summary>
    /// <param name="images">Of the run.</param>
    /// <param name="took">The run alone.</param>
    public void Ran(int images, TimeSpan took)
    {
        lock (_gate)
        {
            _runs[images] = _runs.GetValueOrDefault(images).And(took);
        }
    }

    /// <summary>The figures of this moment.</summary>
    internal ModelFigures Of(ModelMetadata model)
    {
        ArgumentNullException.ThrowIfNull(model);

        lock (_gate)
        {
            return new ModelFigures(
                model.Name,
                model.Version,
                _last,
                _images,
                _runs.Count == 0 ? _answered.Count : _runs.Values.Sum(run => run.Count),
                new RequestFigures(_answered.Figure, _failed.Figure, _queued.Figure, Nothing(_answered), _computed.Figure, Nothing(_answered)),
                [.. _runs.Select(run => new RunFigures(run.Key, Nothing(run.Value), run.Value.Figure, Nothing(run.Value)))]);
        }
    }

    /// <summary>Putting pixels in and taking probabilities out is part of the run here.</summary>
    private static Figure Nothing(Spent times) => new(times.Count, 0);

    private static TimeSpan? Time(Prediction prediction, string parameter) => prediction.Parameters.GetValueOrDefault(parameter) switch
    {
        IConvertible number => TimeSpan.FromMilliseconds(number.ToDouble(CultureInfo.InvariantCulture)),
        _ => null,
    };

    private readonly record struct Spent(long Count, TimeSpan Time)
    {
        public Figure Figure => new(Count, (long)Time.TotalNanoseconds);

        public Spent And(TimeSpan more) => new(Count + 1, Time + more);
    }
}
