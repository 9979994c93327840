namespace InferenceTracing.TraceStore.Tests;

/// <summary>Ids that are easy to tell apart.</summary>
internal static class Ids
{
    public static string Trace(int number) => number.ToString("x32");

    public static string Span(int number) => number.ToString("x16");
}
