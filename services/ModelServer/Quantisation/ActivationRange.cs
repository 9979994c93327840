namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// What a tensor's numbers lie between, 0 among them, and the 256 steps that stand for it: <c>number = (byte - zero point) × scale</c> (onnx/onnx, docs/Operators.md,
/// QuantizeLinear). What lies outside is cut off.
/// </summary>
internal readonly record struct ActivationRange
{
    private const int Steps = byte.MaxValue;

    public ActivationRange(double low, double high)
    {
        // Padding is 0, and must stay exactly that.
        (Low, High) = ((float)Math.Min(low, 0), (float)Math.Max(high, 0));
    }

    public float Low { get; }

    public float High { get; }

    /// <summary>The mean of each channel's numbers; empty where it was not measured.</summary>
    public IReadOnlyList<double> Means { get; init; } = [];

    /// <summary>The size of a step; 1 for a tensor that is 0 everywhere.</summary>
    public float Scale => High > Low ? (High - Low) / Steps : 1;

    /// <summary>The byte that stands for 0.</summary>
    public byte ZeroPoint => (byte)Math.Clamp(Math.Round(-Low / (double)Scale), 0, Steps);
}
