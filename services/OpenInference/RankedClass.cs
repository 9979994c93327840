namespace InferenceTracing.OpenInference;

/// <summary>One class of an image's answer.</summary>
/// <param name="Index">The class, 0 … 999.</param>
/// <param name="Probability">Its probability, 0 … 1.</param>
public readonly record struct RankedClass(int Index, float Probability)
{
    /// <summary>The <paramref name="count"/> most probable classes of <paramref name="row"/>, best first; equal ones by index.</summary>
    public static RankedClass[] Top(ReadOnlySpan<float> row, int count)
    {
        var best = new RankedClass[Math.Min(count, row.Length)];
        var found = 0;

        // A few of a thousand: what is not better than the last of the best so far, nearly all, costs one comparison.
        for (var i = 0; i < row.Length; i++)
        {
            if (found == best.Length && !(row[i] > best[^1].Probability))
            {
                continue;
            }

            var place = found < best.Length ? found++ : best.Length - 1;

            for (; place > 0 && row[i] > best[place - 1].Probability; place--)
            {
                best[place] = best[place - 1];
            }

            best[place] = new RankedClass(i, row[i]);
        }

        return best;
    }

    /// <summary>
    /// The first of the synonyms that <paramref name="labels"/> lists for class <paramref name="index"/> (<c>tench, Tinca tinca</c> is a
    /// <c>tench</c>), or <c>class 207</c> where there is no list.
    /// </summary>
    public static string NameOf(IReadOnlyList<string> labels, int index)
    {
        ArgumentNullException.ThrowIfNull(labels);

        if (index >= labels.Count)
        {
            return FormattableString.Invariant($"class {index}");
        }

        var synonyms = labels[index];
        var comma = synonyms.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? synonyms : synonyms[..comma];
    }
}
