using Microsoft.ML.OnnxRuntime;

namespace InferenceTracing.Networks;

/// <summary>
/// Gives back the memory that only large batches needed. ONNX Runtime's arena grows to the largest run there ever was and stays there; a run may be told to
/// shrink it at its end. Done once the runs have been small for a while, because a large one that follows has to ask for all of it again.
/// </summary>
internal sealed class ArenaShrinking : IDisposable
{
    private const int SmallRuns = 32;

    private readonly RunOptions _options = new();
    private readonly Lock _lock = new();
    private int _largest;
    private int _small;

    // https://onnxruntime.ai/docs/get-started/with-c.html, "Memory arena shrinkage": a run configuration entry, device:id.
    public ArenaShrinking() => _options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");

    /// <summary>The options of a run of <paramref name="images"/> after which the arena is to shrink; null for all others.</summary>
    public RunOptions? After(int images)
    {
        lock (_lock)
        {
            if (images * 2 > _largest)
            {
                (_largest, _small) = (Math.Max(_largest, images), 0);
                return null;
            }

            if (++_small < SmallRuns)
            {
                return null;
            }

            (_largest, _small) = (images, 0);
            return _options;
        }
    }

    public void Dispose() => _options.Dispose();
}
