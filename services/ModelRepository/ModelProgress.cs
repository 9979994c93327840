namespace InferenceTracing.ModelRepository;

/// <summary>How far the search for a model has come.</summary>
/// <param name="Stage">What happens now, for example <c>downloading</c>.</param>
/// <param name="Fraction">The share that is done, 0 … 1, where that is known.</param>
public readonly record struct ModelProgress(string Stage, double? Fraction = null)
{
    /// <summary>For people: <c>downloading 45 %</c>.</summary>
    public override string ToString() =>
        Fraction is { } share ? FormattableString.Invariant($"{Stage} {Math.Floor(share * 100):0} %") : Stage;
}
