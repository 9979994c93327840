namespace InferenceTracing.Benchmarks.Results;

/// <summary>The document with a section for each benchmark between two comments; what is written around them by hand stays.</summary>
internal static class PerformanceDocument
{
    public static void Replace(FileInfo document, string name, string section)
    {
        var begin = $"<!-- measured: {name} -->";
        const string End = "<!-- end -->";
        var text = document.Exists ? File.ReadAllText(document.FullName) : "# Performance\n";
        var block = $"{begin}\n{section.ReplaceLineEndings("\n")}{End}";
        var start = text.IndexOf(begin, StringComparison.Ordinal);

        text = start < 0
            ? $"{text.TrimEnd()}\n\n{block}\n"
            : text[..start] + block + text[(text.IndexOf(End, start, StringComparison.Ordinal) + End.Length)..];

        File.WriteAllText(document.FullName, text);
        document.Refresh();
    }
}
