namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// What is asked about edges that run a model of their own, which are the services that have made a span <c>edge.infer</c>: who answered, and what the cluster judged
/// later. Attributes are read where they lie in the file, from the spans of the time alone.
/// </summary>
internal static class EdgeQueries
{
    private const long Server = 2;

    /// <summary>How many answers each gave for each reason, in steps of so many nanoseconds from the beginning of the time on.</summary>
    public static List<DecidedAnswers> Decided(this SpanReader reader, ulong fromNanos, ulong toNanos, ulong stepNanos)
    {
        var counts = new List<DecidedAnswers>();

        foreach (var edge in Edges(reader))
        {
            var rows = reader.Prepared(
                """
                SELECT attributes ->> ? AS decided, attributes ->> ? AS why, (start - ?) / ? AS step, count(*) FROM span
                WHERE service = ? AND start BETWEEN ? AND ? AND operation IN (SELECT id FROM operation WHERE service = ? AND kind = ?)
                GROUP BY decided, why, step HAVING decided IS NOT NULL
                """)
                .With(Path(reader, "edge.decided_by")).With(Path(reader, "edge.why")).With(Statement.Signed(fromNanos)).With(Statement.Signed(stepNanos))
                .With(edge).With(Statement.Signed(fromNanos)).With(Statement.Signed(toNanos)).With(edge).With(Server);

            while (rows.Step())
            {
                counts.Add(new DecidedAnswers(rows.Text(0), rows.IsNull(1) ? null : rows.Text(1), (int)rows.Number(2), rows.Number(3)));
            }
        }

        return counts;
    }

    /// <summary>The judgements that began in that time, the earliest first.</summary>
    public static List<JudgedAnswer> Judged(this SpanReader reader, ulong fromNanos, ulong toNanos)
    {
        var judged = new List<JudgedAnswer>();

        foreach (var edge in Edges(reader))
        {
            var rows = reader.Prepared(
                """
                SELECT start, attributes ->> ?, attributes ->> ? AS agreed FROM span
                WHERE service = ? AND start BETWEEN ? AND ? AND operation IN (SELECT id FROM operation WHERE service = ? AND name = 'outbox.judge') AND agreed IS NOT NULL
                """)
                .With(Path(reader, "edge.judged.kind")).With(Path(reader, "edge.agreed"))
                .With(edge).With(Statement.Signed(fromNanos)).With(Statement.Signed(toNanos)).With(edge);

            while (rows.Step())
            {
                judged.Add(new JudgedAnswer((ulong)rows.Number(0), rows.Text(1), rows.Number(2) != 0));
            }
        }

        judged.Sort((one, other) => one.StartNanos.CompareTo(other.StartNanos));
        return judged;
    }

    private static List<long> Edges(SpanReader reader)
    {
        var edges = new List<long>();
        var rows = reader.Prepared("SELECT DISTINCT service FROM operation WHERE name = 'edge.infer'");

        while (rows.Step())
        {
            edges.Add(rows.Number(0));
        }

        return edges;
    }

    /// <summary>Where an attribute stands in a span's JSON.</summary>
    private static string Path(SpanReader reader, string attribute) => reader.Prepared("SELECT id FROM word WHERE text = ?").With(attribute).Scalar() is { } word
        ? FormattableString.Invariant($"$.\"{word}\"")
        : $"$.\"={attribute}\"";
}

/// <summary>Answers of one step of the time that the same one gave (<c>edge</c>, <c>cluster</c>) for the same reason, of which there may be none.</summary>
internal readonly record struct DecidedAnswers(string DecidedBy, string? Why, int Step, long Count);

/// <summary>An answer of the edge that the cluster judged later: provisional, or an audited one.</summary>
internal readonly record struct JudgedAnswer(ulong StartNanos, string Kind, bool Agreed);
