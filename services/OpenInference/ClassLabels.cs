namespace InferenceTracing.OpenInference;

/// <summary>Names of classes as people read them.</summary>
public static class ClassLabels
{
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
