namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>
/// What a header of a request may be: HttpClient leaves out a name it does not like without a word, and fails with each request at a value that is not ASCII,
/// as if nobody answered.
/// </summary>
internal static class HeaderRules
{
    /// <exception cref="UsageException">One of them cannot be sent.</exception>
    public static IReadOnlyDictionary<string, string> Check(IReadOnlyDictionary<string, string> headers)
    {
        using var request = new HttpRequestMessage();

        foreach (var (name, value) in headers)
        {
            // Tabs and visible signs: RFC 9110, 5.5.
            if (!(name + value).All(sign => sign is '\t' or (>= ' ' and <= '~')))
            {
                throw new UsageException($"--header takes ASCII, not '{name}: {value}'.");
            }

            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                throw new UsageException($"--header: '{name}' is no header of a request, or belongs to its body, which is made here.");
            }
        }

        return headers;
    }
}
