using InferenceTracing.Benchmarks.Results;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>
/// Measures two sides in turn, A B B A A B …, so that what the machine does to one it does to the other. Only the ratio within a pair counts: speed drifts
/// by a tenth with nothing else running.
/// </summary>
internal static class Interleaved
{
    public static async Task<Pairing<TFirst, TSecond>> RunAsync<TFirst, TSecond>(int pairs, Func<Task<TFirst>> first, Func<Task<TSecond>> second)
    {
        var measured = new List<(TFirst First, TSecond Second)>();

        for (var pair = 0; pair < pairs; pair++)
        {
            TFirst one;
            TSecond two;

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
            await Console.Error.WriteLineAsync($"   pair {pair + 1} of {pairs}");
        }

        return new Pairing<TFirst, TSecond>(measured);
    }
}
