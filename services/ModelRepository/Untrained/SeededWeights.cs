namespace InferenceTracing.ModelRepository.Untrained;

/// <summary>Random numbers that are the same on every machine and every .NET: SplitMix64 (prng.di.unimi.it/splitmix64.c).</summary>
internal sealed class SeededWeights(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform numbers with mean 0 and variance <paramref name="gain"/> / <paramref name="fanIn"/>, which keeps activations in range (He et al., 2015).</summary>
    public float[] Next(int count, int fanIn, double gain)
    {
        var half = Math.Sqrt(3 * gain / fanIn);
        var values = new float[count];

        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(((Next() >> 11) * (2.0 / (1UL << 53)) - 1) * half);
        }

        return values;
    }

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
