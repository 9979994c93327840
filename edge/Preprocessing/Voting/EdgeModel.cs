using System.Buffers;
using System.Diagnostics;
using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.Preprocessing.Voting;

/// <summary>
/// The one model in the edge's own process. It is shown the very pixels that the cluster would be sent, one photograph a run and one core a run: who calls it holds
/// the place of a decoder, of which there are as many as cores.
/// </summary>
internal sealed class EdgeModel : IDisposable
{
    private readonly Network _network;

    private EdgeModel(ServedModel served, Network network) => (Served, _network) = (served, network);

    /// <summary>The model and its version.</summary>
    public ServedModel Served { get; }

    /// <summary>Loads the model and warms it.</summary>
    /// <exception cref="InvalidDataException">The file is no graph that takes such images; one line.</exception>
    /// <exception cref="IOException">It can be had nowhere; one line.</exception>
    public static async Task<EdgeModel> LoadAsync(EdgeOptions options, ModelStore store, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        var served = await store.OpenAsync(options.Model, options.Precision, progress, cancellationToken).ConfigureAwait(false);
        var network = Network.Load(served, threads: 1);

        try
        {
            network.WarmUp(cancellationToken);
            return new EdgeModel(served, network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The vote on one photograph, with its <paramref name="top"/> likeliest classes.</summary>
    /// <exception cref="InvalidDataException">The network gave no numbers.</exception>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The run failed.</exception>
    public EdgeVote Vote(PixelTensor pixels, int top, Calibration? calibration)
    {
        using var span = Telemetry.Source.StartActivity("edge.infer");
        span?.SetTag("inference.model.name", Served.Name)
            .SetTag("inference.model.version", Served.Version)
            .SetTag("inference.model.precision", Served.Precision.Name());

        if (Served.Untrained)
        {
            span?.SetTag("inference.untrained", true);
        }

        var probabilities = ArrayPool<float>.Shared.Rent(ProbabilitiesOutput.Classes);

        try
        {
            var row = probabilities.AsSpan(0, ProbabilitiesOutput.Classes);
            _network.Run([pixels], 1, row);
            var vote = VoteOf(row, top, calibration);
            span?.SetTag("inference.top.label", vote.Top[0].Label).SetTag("inference.top.probability", (double)vote.Top[0].Probability).SetTag("edge.confidence", (double)vote.Confidence);
            return vote;
        }
        catch (Exception failure)
        {
            Telemetry.Fail(span, "run_failed", failure.Message.ReplaceLineEndings(" "));
            throw;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(probabilities);
        }
    }

    /// <summary>The probabilities themselves, <c>[1000]</c>, for a calibration.</summary>
    public void Run(PixelTensor pixels, Span<float> probabilities) => _network.Run([pixels], 1, probabilities);

    public void Dispose() => _network.Dispose();

    private EdgeVote VoteOf(ReadOnlySpan<float> probabilities, int top, Calibration? calibration)
    {
        var ranked = RankedClass.Top(probabilities, top);
        return new EdgeVote(
            [.. ranked.Select(each => new NamedClass(RankedClass.NameOf(Served.Labels, each.Index), each.Index, each.Probability))],
            calibration?.Confidence(probabilities) ?? ranked[0].Probability);
    }
}

/// <summary>What the edge's own model takes a photograph for.</summary>
/// <param name="Top">Its likeliest classes, best first; their probabilities as the network gives them.</param>
/// <param name="Confidence">The probability of the first, 0 … 1, as the calibration corrects it; as the network gives it where there is none.</param>
internal sealed record EdgeVote(IReadOnlyList<NamedClass> Top, float Confidence);
