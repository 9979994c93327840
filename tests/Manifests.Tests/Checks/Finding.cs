namespace InferenceTracing.Manifests.Tests.Checks;

/// <summary>Something that is wrong, said so that its author finds the place.</summary>
internal sealed record Finding(string Subject, string Message)
{
    public override string ToString() => $"{Subject}: {Message}";
}
