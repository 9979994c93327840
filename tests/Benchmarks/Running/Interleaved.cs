using InferenceTracing.Benchmarks.Results;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>
/// Measures two sides in turn, A B B A A B …, so that what the machine does to one it does to the other. Only the ratio within a pair counts: speed drifts
/// by a tenth with nothing else running.
/// </summary>
internal static class Interleaved
{
    public static async Task<Pairing<T>> RunAsync<T>(int pairs, Func<Task<T>> first, Func<Task<T>> second, Action<int, T, T>? said = null)
    {
        var measured = new List<(T First, T Second)>();

        for (var pair = 0; pair < pairs; pair++)
        {
            T one, two;

            if (pair % 2 == 0)
            {
                one = await first();
                two = await second();
            }
            else
            {
                two = await second();
                one = await first();
            }

            measured.Add((one, two));
            said?.Invoke(pair + 1, one, two);
        }

        return new Pairing<T>(measured);
    }
}
