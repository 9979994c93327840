using System.Runtime.InteropServices;
using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// The weights of a convolution or a matrix in int8, with a scale for each channel of its output: <c>weight = value × scale</c>. One scale for all would leave
/// nothing of a channel whose weights are small. The bias is added to the products' sums, so it has their scale: input's times channel's.
/// </summary>
/// <param name="Values">In the order of the weights.</param>
/// <param name="Scales">One a channel.</param>
/// <param name="Biases">One a channel; empty where there is no bias.</param>
/// <param name="BiasScales">One a channel; empty where there is no bias.</param>
internal sealed record ChannelWeights(sbyte[] Values, float[] Scales, int[] Biases, float[] BiasScales)
{
    // A bias that needed more would not fit: its channel's scale grows instead. Half of what an int32 holds leaves the other half to the sums.
    private const double LargestBias = int.MaxValue / 2;

    /// <param name="weights">FP32.</param>
    /// <param name="axis">Which of its dimensions is the output's channel.</param>
    /// <param name="bias">FP32, one number a channel; null where there is none.</param>
    /// <param name="input">What the weights are multiplied with.</param>
    /// <exception cref="InvalidDataException">A tensor has not as many numbers as its shape says, or one that is none.</exception>
    public static ChannelWeights Of(TensorProto weights, int axis, TensorProto? bias, ActivationRange input)
    {
        var numbers = NumbersOf(weights);
        var biases = bias is null ? [] : NumbersOf(bias);
        var channels = (int)weights.Dims[axis];
        var inner = (int)weights.Dims.Skip(axis + 1).Aggregate(1L, (product, size) => product * size);
        var scales = new float[channels];

        for (var i = 0; i < numbers.Length; i++)
        {
            var channel = i / inner % channels;
            scales[channel] = Math.Max(scales[channel], Math.Abs(numbers[i]) / sbyte.MaxValue);
        }

        for (var channel = 0; channel < channels; channel++)
        {
            var least = biases.Length > 0 ? (float)(Math.Abs(biases[channel]) / (input.Scale * LargestBias)) : 0;
            scales[channel] = Math.Max(scales[channel], least) is var scale and > 0 ? scale : 1;
        }

        sbyte[] values = [.. numbers.Select((number, i) => (sbyte)Math.Clamp(Math.Round(number / (double)scales[i / inner % channels]), -sbyte.MaxValue, sbyte.MaxValue))];

        if (axis == 0)
        {
            Correct(biases, numbers, values, scales, input.Means, (int)weights.Dims[1]);
        }

        float[] biasScales = [.. biases.Select((_, channel) => scales[channel] * input.Scale)];

        return new ChannelWeights(
            values,
            scales,
            [.. biases.Select((number, channel) => (int)Math.Round(number / (double)biasScales[channel]))],
            biasScales);
    }

    /// <summary>
    /// What rounding has taken from a channel's weights, times what they are multiplied with on average, is what its output lacks on average: it goes into the bias
    /// (Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, 2019, section 4.2).
    /// </summary>
    private static void Correct(float[] biases, float[] numbers, sbyte[] values, float[] scales, IReadOnlyList<double> means, int inputs)
    {
        if (biases.Length == 0 || means.Count == 0)
        {
            return;
        }

        // A convolution's weights are [output, input of a group, rows, columns], and its groups divide both in order.
        var (each, groups) = (numbers.Length / biases.Length, means.Count / inputs);
        var kernel = each / inputs;

        for (var channel = 0; channel < biases.Length; channel++)
        {
            var first = channel / (biases.Length / groups) * inputs;
            var lost = 0.0;

            for (var i = 0; i < each; i++)
            {
                lost += (numbers[(channel * each) + i] - (values[(channel * each) + i] * (double)scales[channel])) * means[first + (i / kernel)];
            }

            biases[channel] += (float)lost;
        }
    }

    /// <summary>A tensor's numbers.</summary>
    /// <exception cref="InvalidDataException">It has not as many as its shape says, or one that is none.</exception>
    public static float[] NumbersOf(TensorProto tensor)
    {
        float[] numbers = tensor.RawData.Length > 0 ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray() : [.. tensor.FloatData];

        return numbers.Length == tensor.Dims.Aggregate(1L, (product, size) => product * size) && Array.TrueForAll(numbers, float.IsFinite)
            ? numbers
            : throw new InvalidDataException($"the weights {tensor.Name} are not whole, or hold a number that is none.");
    }
}
