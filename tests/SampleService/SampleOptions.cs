using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.SampleService;

/// <summary>The section <c>Sample</c>.</summary>
internal sealed class SampleOptions
{
    public const string Section = "Sample";

    [Range(1, 10)]
    public int Limit { get; init; } = 1;

    public string Colour { get; init; } = "red";

    public IEnumerable<string> Problems()
    {
        if (Colour is not ("red" or "green"))
        {
            yield return $"{Section}:Colour knows red and green, not '{Colour}'.";
        }
    }
}
