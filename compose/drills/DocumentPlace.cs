namespace InferenceTracing.Drills;

/// <summary>The place of a table in a document: between two marks, which name the drill that writes it.</summary>
internal sealed class DocumentPlace(string name)
{
    private readonly string _begin = $"<!-- {name}: written by the drill -->";
    private readonly string _end = $"<!-- {name}: end -->";

    /// <summary>The drill's.</summary>
    public string Name => name;

    /// <summary>Puts <paramref name="table"/> between the marks of <paramref name="document"/>.</summary>
    /// <exception cref="DrillException">It has none.</exception>
    public void Write(string document, string table)
    {
        var (before, after) = Around(document);
        File.WriteAllText(document, $"{before}{_begin}{Environment.NewLine}{table}{after}");
    }

    /// <summary>What the document has before and after the table.</summary>
    /// <exception cref="DrillException">It has no place for one.</exception>
    public (string Before, string After) Around(string document)
    {
        var text = File.Exists(document) ? File.ReadAllText(document) : "";
        var begin = text.IndexOf(_begin, StringComparison.Ordinal);
        var end = text.IndexOf(_end, StringComparison.Ordinal);

        return begin >= 0 && end > begin
            ? (text[..begin], text[end..])
            : throw new DrillException($"{document} has no place for the table, which is between the lines {_begin} and {_end}.");
    }
}
