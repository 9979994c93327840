using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// Searches, from the newest back, until there are enough. Without tags it walks the index of a service, where times, durations and operations are
/// decided without a look at the spans; with tags it passes over the traces, and reads the spans only of those whose signature may have them.
/// </summary>
internal sealed class TraceFinder(SpanReader reader, TraceSearch search, int most)
{
    private readonly int _limit = Math.Min(search.Limit, most);

    /// <summary>The numbers of the traces that fit, the newest first.</summary>
    public List<long> Find()
    {
        var services = Services();
        var hashes = search.Tags.Where(IsSigned).Select(tag => TagSignature.HashOf(tag.Key, tag.Value)).ToArray();

        var found = hashes.Length > 0
            ? ByTag(services, hashes)
            : services.SelectMany(ByService).OrderByDescending(hit => hit.Start).Select(hit => hit.Number).Distinct().Take(_limit);

        return [.. found.Select(number => (Number: number, First: First(number))).OrderByDescending(hit => hit.First).Select(hit => hit.Number)];
    }

    /// <summary>Whether signatures know the tag; of the fields that Jaeger shows as tags they know a failure.</summary>
    private static bool IsSigned(KeyValuePair<string, string> tag) => !SpanTags.IsBuiltIn(tag.Key) || tag is { Key: SpanTags.Error, Value: SpanTags.True };

    private long First(long number) => reader.Prepared("SELECT first FROM trace WHERE number = ?").With(number).Scalar() ?? 0;

    /// <summary>The services to look at: one, or all of them.</summary>
    private List<long> Services()
    {
        if (search.Service is not null)
        {
            return reader.Service(search.Service) is { } service ? [service] : [];
        }

        var all = new List<long>();
        var rows = reader.Prepared("SELECT id FROM service");

        while (rows.Step())
        {
            all.Add(rows.Number(0));
        }

        return all;
    }

    private List<long> ByTag(List<long> services, ulong[] hashes)
    {
        var found = new List<long>();
        var traces = reader.Prepared("SELECT number, tags FROM trace WHERE first <= ? ORDER BY number DESC").With(Statement.Signed(search.ToNanos));

        while (found.Count < _limit && traces.Step())
        {
            if (MayHave(traces.Bytes(1), hashes) && services.Exists(service => Fits(service, traces.Number(0))))
            {
                found.Add(traces.Number(0));
            }
        }

        traces.Reset();
        return found;
    }

    private bool Fits(long service, long trace)
    {
        foreach (var span in reader.Spans(trace, service))
        {
            if (search.Fits(span))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayHave(ReadOnlySpan<byte> signature, ulong[] hashes)
    {
        foreach (var hash in hashes)
        {
            if (!TagSignature.MayHave(signature, hash))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The newest traces of one service; the newest of all services are among each one's.</summary>
    private List<(long Start, long Number)> ByService(long service)
    {
        var seen = new HashSet<long>();
        var hits = new List<(long, long)>();
        var operations = Operations(service);
        var rows = reader.Prepared(
            """
            SELECT id, start, operation FROM span
            WHERE service = ? AND start BETWEEN ? AND ? AND duration BETWEEN ? AND ?
            ORDER BY start DESC
            """)
            .With(service).With(Statement.Signed(search.FromNanos)).With(Statement.Signed(search.ToNanos))
            .With(search.MinDurationNanos == 0 ? long.MinValue : Statement.Signed(search.MinDurationNanos)).With(Statement.Signed(search.MaxDurationNanos));

        while (hits.Count < _limit && rows.Step())
        {
            var (id, number) = (rows.Number(0), rows.Number(0) / OpenTraces.Places);

            if ((operations is null || operations.Contains(rows.Number(2)))
                && !seen.Contains(number)
                && (search.Tags.Count == 0 || (reader.Span(id) is { } span && search.Fits(span))))
            {
                seen.Add(number);
                hits.Add((rows.Number(1), number));
            }
        }

        rows.Reset();
        return hits;
    }

    /// <summary>The operations that are asked for; null for all.</summary>
    private HashSet<long>? Operations(long service)
    {
        if (search.Operation is null)
        {
            return null;
        }

        var operations = new HashSet<long>();
        var rows = reader.Prepared("SELECT id FROM operation WHERE service = ? AND name = ?").With(service).With(search.Operation);

        while (rows.Step())
        {
            operations.Add(rows.Number(0));
        }

        return operations;
    }
}
