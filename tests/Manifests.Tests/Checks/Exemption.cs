using InferenceTracing.Manifests.Tests.Cluster;

namespace InferenceTracing.Manifests.Tests.Checks;

/// <summary>An exception is an annotation with its reason in words; a word or two is no reason.</summary>
internal static class Exemption
{
    private const int ShortestReason = 15;

    public static string Annotation(string check) => $"inference-tracing/exempt-{check}";

    public static bool IsGiven(IReadOnlyDictionary<string, string> annotations, string check) =>
        annotations.TryGetValue(Annotation(check), out var reason) && reason.Trim().Length >= ShortestReason;

    public static bool IsExempt(this Workload pod, string check) =>
        IsGiven(pod.Annotations, check) || IsGiven(pod.Owner.Annotations, check);
}
