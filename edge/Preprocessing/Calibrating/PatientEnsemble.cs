using System.Globalization;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.Terminal;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>
/// Asks the ensemble what a photograph shows, and asks again when it is busy: a calibration has time, and live photographs go first. An answer to which a member did
/// not contribute is none: the edge is to be measured against the ensemble as it is when it is well.
/// </summary>
internal sealed class PatientEnsemble(ClusterOptions options, TimeProvider clock) : IDisposable
{
    private const int Attempts = 6;
    private const int InARow = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly ClusterLine _line = new(options);
    private int _unanswered;

    /// <summary>Looks whether the ensemble is there at all, and trained.</summary>
    /// <exception cref="CommandException">It is not; one line.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var probe = new ModelProbe(options.BaseAddress(), options.Model, options.ApiKey is "" ? null : options.ApiKey);

        if (await probe.AskAsync(cancellationToken).ConfigureAwait(false) is { } problem)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CommandException($"{options.Model} at {options.Url} is not ready ({problem}): the edge is calibrated against a running cluster.");
        }

        if (await probe.DescribeAsync(cancellationToken).ConfigureAwait(false) is { Untrained: true })
        {
            throw new CommandException($"{options.Model} at {options.Url} is untrained: there is nothing to agree with.");
        }
    }

    /// <summary>The ensemble's first class.</summary>
    /// <exception cref="InferenceException">It has not answered, however often it was asked.</exception>
    /// <exception cref="CommandException">It has not answered for photographs on end; one line.</exception>
    public async Task<EnsembleVote> AskAsync(PixelTensor pixels, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var vote = await AskOnceAsync(pixels, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _unanswered, 0);
                return vote;
            }
            catch (InferenceException busy) when (attempt < Attempts && busy.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            {
                var pause = busy.RetryAfter is { } asked && asked < Patience ? asked : FirstPause * Math.Pow(2, attempt - 1);
                await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
            }
            catch (InferenceException failure) when (Interlocked.Increment(ref _unanswered) >= InARow)
            {
                throw new CommandException($"{options.Model} at {options.Url} left {InARow} photographs on end unanswered: {failure.Message}");
            }
        }
    }

    public void Dispose() => _line.Dispose();

    private async Task<EnsembleVote> AskOnceAsync(PixelTensor pixels, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var answer = await _line.Server.ClassifyAsync(options.Model, pixels, top: 1, Deadline.After(Patience, clock), cancellationToken).ConfigureAwait(false);
        var elapsed = clock.GetElapsedTime(start).TotalMilliseconds;

        return answer.Parameters.GetValueOrDefault("degraded") is true
            ? throw new InferenceException(StatusCodes.Status503ServiceUnavailable, "degraded", "A member of the ensemble did not vote.")
            : new EnsembleVote(
                answer.Images[0][0].Class,
                answer.Parameters.GetValueOrDefault("ensemble_ms") is IConvertible own ? own.ToDouble(CultureInfo.InvariantCulture) : elapsed);
    }
}

/// <summary>What the ensemble takes a photograph for.</summary>
/// <param name="Class">The class, 0 … 999.</param>
/// <param name="Milliseconds">What it needed for the answer by its own clock; where it does not say, until the answer was here.</param>
internal sealed record EnsembleVote(int Class, double Milliseconds);
