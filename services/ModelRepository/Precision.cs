#pragma warning disable CA1720 // A precision goes by the name of its numbers' type, in settings, answers and spans.

using System.Text.Json.Serialization;

namespace InferenceTracing.ModelRepository;

/// <summary>What a version of a network computes with.</summary>
public enum Precision
{
    /// <summary>Floating-point numbers of 32 bits, as networks are trained.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,

    /// <summary>Whole numbers of 8 bits: quantised.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,
}

/// <summary>Precisions as settings, answers and spans call them.</summary>
public static class PrecisionNames
{
    /// <summary><c>float32</c> or <c>int8</c>.</summary>
    public static string Name(this Precision precision) => precision == Precision.Int8 ? "int8" : "float32";
}
