using System.Globalization;

namespace InferenceTracing.OpenInference;

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

/// <summary>How often, and nanoseconds in all.</summary>
internal sealed record Figure(long Count, long Ns);

/// <summary>Of requests.</summary>
internal sealed record RequestFigures(Figure Success, Figure Fail, Figure Queue, Figure ComputeInput, Figure ComputeInfer, Figure ComputeOutput);

/// <summary>Of runs with so many images.</summary>
internal sealed record RunFigures(int BatchSize, Figure ComputeInput, Figure ComputeInfer, Figure ComputeOutput);

/// <summary>Of a model.</summary>
/// <param name="LastInference">Milliseconds since 1970; 0 where there was none.</param>
/// <param name="InferenceCount">Images.</param>
/// <param name="ExecutionCount">Runs.</param>
internal sealed record ModelFigures(
    string Name, string Version, long LastInference, long InferenceCount, long ExecutionCount, RequestFigures InferenceStats, IReadOnlyList<RunFigures> BatchStats);

/// <summary>What <c>GET /v2/models/stats</c> answers.</summary>
internal sealed record StatisticsAnswer(IReadOnlyList<ModelFigures> ModelStats);
