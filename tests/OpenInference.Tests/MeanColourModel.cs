using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference.Tests;

/// <summary>A small real model: the answer of an image depends on its pixels alone, and the test can compute it.</summary>
internal sealed class MeanColourModel : IInferenceModel
{
    public ModelMetadata Metadata { get; set; } = new("colours", "1", "onnx_onnxv1", Labels(), Untrained: false);

    public bool IsReady { get; set; } = true;

    /// <summary>What happens before the answer; throws or waits in the tests of failures.</summary>
    public Func<Deadline, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Requests so far, without the service's own first one.</summary>
    public int Runs { get; set; }

    public static float[] Expected(ReadOnlySpan<byte> image)
    {
        var row = new float[ProbabilitiesOutput.Classes];
        long sum = 0;

        for (var i = 0; i < image.Length; i++)
        {
            sum += image[i] * (i % 7 + 1);
        }

        var best = (int)(sum % ProbabilitiesOutput.Classes);
        Array.Fill(row, 0.07f / (ProbabilitiesOutput.Classes - 1));
        row[best] = 0.93f;
        return row;
    }

    public async Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        Runs++;
        await Before(deadline, cancellationToken);
        var probabilities = new float[images.Count * ProbabilitiesOutput.Classes];

        for (var i = 0; i < images.Count; i++)
        {
            Expected(images.Image(i)).CopyTo(probabilities, i * ProbabilitiesOutput.Classes);
        }

        return new Prediction(probabilities, ProbabilitiesOutput.Classes, new Dictionary<string, object>
        {
            ["run_ms"] = 1.25, ["batch_size"] = images.Count, ["untrained"] = true, ["members"] = "one\r\ntwo: \"ü\"",
        });
    }

    private static ClassLabels Labels() => new([.. Enumerable.Range(0, 1000).Select(i => $"label {i}, synonym {i}")]);
}
