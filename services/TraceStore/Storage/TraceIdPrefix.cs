using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The ids that begin with some digits, as a person types or shortens them; an id of 64 bits is also found without its leading zeros.</summary>
internal static class TraceIdPrefix
{
    private const int Digits = 2 * TraceId.Size;

    public static List<TraceId> Find(SpanReader reader, string digits, int most)
    {
        var found = new List<TraceId>();

        foreach (var prefix in (string[])[digits, new string('0', Digits / 2) + digits])
        {
            if (prefix.Length <= Digits)
            {
                found.AddRange(Between(reader, prefix.PadRight(Digits, '0'), prefix.PadRight(Digits, 'f'), most - found.Count));
            }
        }

        return [.. found.Distinct()];
    }

    private static List<TraceId> Between(SpanReader reader, string first, string last, int most)
    {
        var found = new List<TraceId>();
        var (from, to) = (Convert.FromHexString(first), Convert.FromHexString(last));
        var rows = reader.Prepared("SELECT id FROM trace WHERE id BETWEEN ? AND ? AND spans > 0 UNION SELECT trace_id FROM archive WHERE trace_id BETWEEN ? AND ? LIMIT ?")
            .WithBlob(from).WithBlob(to).WithBlob(from).WithBlob(to).With(most);

        while (rows.Step())
        {
            found.Add(TraceId.FromBytes(rows.Bytes(0)));
        }

        return found;
    }
}
