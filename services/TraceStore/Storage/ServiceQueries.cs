using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>What is asked about services: their names, what they do, and how long it took.</summary>
internal static class ServiceQueries
{
    public static List<string> ServiceNames(this SpanReader reader)
    {
        var names = new List<string>();
        var rows = reader.Prepared("SELECT name FROM service");

        while (rows.Step())
        {
            names.Add(rows.Text(0));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public static string ServiceName(this SpanReader reader, long id)
    {
        var row = reader.Prepared("SELECT name FROM service WHERE id = ?").With(id);
        var name = row.Step() ? row.Text(0) : "";
        row.Reset();
        return name;
    }

    /// <summary>The operations of a service by name and kind.</summary>
    public static List<Operation> Operations(this SpanReader reader, string service)
    {
        var operations = new List<Operation>();
        var rows = reader.Prepared("SELECT operation.name, kind FROM operation JOIN service ON service.id = operation.service WHERE service.name = ?").With(service);

        while (rows.Step())
        {
            operations.Add(new Operation(rows.Text(0), (SpanKind)rows.Number(1)));
        }

        operations.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name) is var order and not 0 ? order : one.Kind.CompareTo(other.Kind));
        return operations;
    }

    /// <summary>What a service's spans of that time took, the earliest first: read from the index alone.</summary>
    public static List<SpanTiming> Timings(this SpanReader reader, string service, ulong fromNanos, ulong toNanos, int most)
    {
        var timings = new List<SpanTiming>();

        if (reader.Service(service) is not { } id)
        {
            return timings;
        }

        var rows = reader.Prepared("SELECT operation, start, duration, status FROM span WHERE service = ? AND start BETWEEN ? AND ? ORDER BY start LIMIT ?")
            .With(id).With(Statement.Signed(fromNanos)).With(Statement.Signed(toNanos)).With(most);

        while (rows.Step())
        {
            timings.Add(new SpanTiming(
                reader.Operation(rows.Number(0)), (ulong)rows.Number(1), (ulong)Math.Max(0, rows.Number(2)), rows.Number(3) == (long)SpanStatus.Error));
        }

        return timings;
    }
}
