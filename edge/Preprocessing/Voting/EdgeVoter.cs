using InferenceTracing.ModelRepository;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace InferenceTracing.Preprocessing.Voting;

/// <summary>The edge's own vote, where the settings give it one: loads the model when the service starts, and the calibration with it.</summary>
internal sealed class EdgeVoter(
    IOptions<EdgeOptions> options, IOptions<PreprocessingOptions> answers, ModelStore store, IHostApplicationLifetime lifetime, ILogger<EdgeVoter> logger)
    : BackgroundService, IHealthCheck
{
    private volatile EdgeModel? _model;
    private volatile Calibration? _calibration;
    private volatile string _stage = "starting";

    /// <summary>Who votes; null until it can.</summary>
    public ServedModel? Served => _model?.Served;

    /// <summary>The least confidence of an answer that is good by itself.</summary>
    public double Threshold => _calibration?.Threshold ?? double.PositiveInfinity;

    /// <summary>The vote; null where there is none, or none yet. The caller holds a decoder's place: a run is nothing but arithmetic.</summary>
    public EdgeVote? TryVote(PixelTensor pixels)
    {
        if (_model is not { } model)
        {
            return null;
        }

        try
        {
            return model.Vote(pixels, answers.Value.Top, _calibration);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or InvalidDataException)
        {
            Log.VoteFailed(logger, failure.Message.ReplaceLineEndings(" "));
            return null;
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !options.Value.Votes ? HealthCheckResult.Healthy()
        : Served is not { } served ? HealthCheckResult.Unhealthy($"{options.Value.Model}: {_stage}")
        : HealthCheckResult.Healthy($"{served.Name} {served.Version} ({served.Precision.Name()}){(served.Untrained ? ", untrained: random weights" : "")}"));

    public override void Dispose()
    {
        _model?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Votes)
        {
            return;
        }

        try
        {
            // Loading takes a core for a moment; the endpoints say meanwhile how far it is.
            await Task.Yield();
            var calibration = Calibration.Read(options.Value.Folder);
            var model = await EdgeModel.LoadAsync(options.Value, store, new Progress<ModelProgress>(progress => _stage = progress.ToString()), stoppingToken).ConfigureAwait(false);
            _calibration = Fitting(calibration, model);
            _model = model;
            Log.Votes(logger, model.Served.Name, model.Served.Version, model.Served.Precision, options.Value.Mode);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or StartupException or OnnxRuntimeException)
        {
            await Console.Error.WriteLineAsync($"preprocessing: {failure.Message.ReplaceLineEndings(" ")}").ConfigureAwait(false);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    /// <summary>A calibration of another model says nothing of this one; without one a cascade would answer by a guess.</summary>
    private Calibration? Fitting(Calibration? calibration, EdgeModel model)
    {
        var whyNot = Calibration.WhyNot(calibration, model.Served);
        return whyNot is null ? calibration : options.Value.Mode == EdgeMode.Cascade ? throw new StartupException(whyNot) : null;
    }
}
