using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// Searches: walks the index of a service from the newest span back, where times, durations, operations and failures are decided without a look at
/// the spans; of the rest only traces whose signature may have the tags are looked into.
/// </summary>
internal sealed class TraceFinder(SpanReader reader, TraceSearch search, int most)
{
    private static readonly KeyValuePair<string, string> Failed = new("error", "true");

    private readonly HashSet<long> _found = [];
    private readonly Dictionary<long, (bool Tags, bool Failed)> _signatures = [];
    private readonly (int, int) _failedBits = TagSignature.BitsOf(Failed.Key, Failed.Value);
    private readonly (int, int)[] _bits =
        [.. search.Tags.Where(tag => !SpanTags.IsBuiltIn(tag.Key)).Select(tag => TagSignature.BitsOf(tag.Key, tag.Value))];

    private readonly bool _wantsFailed = search.Tags.Contains(Failed);

    private readonly int _limit = Math.Min(search.Limit, most);

    /// <summary>The numbers of the traces that fit, the newest first.</summary>
    public List<long> Find()
    {
        var newest = new List<(long Start, long Number)>();

        foreach (var service in Services())
        {
            newest.AddRange(Walk(service));
        }

        // Each service gave its newest; the newest of all are among them.
        return
        [
            .. newest.OrderByDescending(hit => hit.Start).Select(hit => hit.Number).Distinct().Take(_limit)
                .Select(number => (Number: number, First: First(number))).OrderByDescending(hit => hit.First).Select(hit => hit.Number),
        ];
    }

    private long First(long number) => reader.Prepared("SELECT first FROM trace WHERE number = ?").With(number).Scalar() ?? 0;

    private IEnumerable<long> Services()
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

    private List<(long Start, long Number)> Walk(long service)
    {
        _found.Clear();
        var hits = new List<(long, long)>();
        var operations = Operations(service);
        var rows = reader.Prepared(
            $"""
             SELECT id, start, operation, status FROM span
             WHERE service = ? AND start BETWEEN ? AND ? AND duration BETWEEN ? AND ?
             ORDER BY start DESC
             """)
            .With(service).With(Statement.Signed(search.FromNanos)).With(Statement.Signed(search.ToNanos))
            .With(search.MinDurationNanos == 0 ? long.MinValue : Statement.Signed(search.MinDurationNanos)).With(Statement.Signed(search.MaxDurationNanos));

        while (hits.Count < _limit && rows.Step())
        {
            var (id, number) = (rows.Number(0), rows.Number(0) / OpenTraces.Places);

            if ((operations is null || operations.Contains(rows.Number(2)))
                && !_found.Contains(number)
                && (search.Tags.Count == 0 || (MayHaveTags(number, rows.Number(3)) && reader.Span(id) is { } span && search.HasTags(span))))
            {
                _found.Add(number);
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

    /// <summary>A failure is a status, which the index has, or an attribute that somebody sent.</summary>
    private bool MayHaveTags(long number, long status)
    {
        if (_bits.Length == 0 && (!_wantsFailed || status == (long)SpanStatus.Error))
        {
            return true;
        }

        if (!_signatures.TryGetValue(number, out var may))
        {
            var row = reader.Prepared("SELECT tags FROM trace WHERE number = ?").With(number);
            may = row.Step() ? (HasBits(row.Bytes(0)), TagSignature.MayHave(row.Bytes(0), _failedBits)) : default;
            row.Reset();
            _signatures[number] = may;
        }

        return may.Tags && (!_wantsFailed || status == (long)SpanStatus.Error || may.Failed);
    }

    private bool HasBits(ReadOnlySpan<byte> signature)
    {
        foreach (var bits in _bits)
        {
            if (!TagSignature.MayHave(signature, bits))
            {
                return false;
            }
        }

        return true;
    }
}
