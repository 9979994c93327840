using System.Buffers;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>
/// The reason of a refusal, the same as its span's <c>error.type</c>, beside the line for people: by it the service that asked knows whether the other one is overloaded,
/// is not there, or does not want the request.
/// </summary>
public static class ErrorType
{
    /// <summary>The header of a refusal that carries it.</summary>
    public const string Header = "x-error-type";

    private const int Longest = 64;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>What another service gave as its reason; null where that is no such name.</summary>
    public static string? Read(string? value) => value is { Length: > 0 and <= Longest } && !value.AsSpan().ContainsAnyExcept(Letters) ? value : null;
}
