using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// Clocks of different hosts differ. A span that does not fit into its parent of another host is moved into it, and its host's spans below it
/// as far; beyond a bound it is only said (jaeger: .../jaegerquery/internal/adjuster/clockskew.go, whose words these are).
/// </summary>
internal sealed class ClockSkew
{
    private readonly Dictionary<SpanId, ShownSpan> _spans = [];
    private readonly Dictionary<SpanId, List<ShownSpan>> _children = [];
    private readonly Dictionary<Resource, string> _hosts = new(ReferenceEqualityComparer.Instance);
    private readonly long _most;

    private ClockSkew(TimeSpan most) => _most = most.Ticks * 100;

    public static void Correct(ShownSpan[] spans, TimeSpan most) => new ClockSkew(most).Correct(spans);

    private void Correct(ShownSpan[] spans)
    {
        var known = spans.Where(Know).ToList();

        // Without recursion: a chain of thousands of spans is deep.
        var open = new Stack<(ShownSpan Span, ShownSpan? Parent, string Host, long Delta)>();

        foreach (var span in known)
        {
            if (_spans.ContainsKey(span.ParentId))
            {
                Children(span.ParentId).Add(span);
                continue;
            }

            if (span.ParentId.IsValid)
            {
                span.Warn($"parent span ID={span.ParentId} is not in the trace; skipping clock skew adjustment");
            }

            open.Push((span, null, Host(span), 0));
        }

        while (open.TryPop(out var next))
        {
            var (span, parent, host, delta) = next;

            if (parent is not null && (Host(span) != host || host.Length == 0))
            {
                (host, delta) = (Host(span), Delta(span, parent));
            }

            Shift(span, delta);

            foreach (var child in _children.GetValueOrDefault(span.SpanId, []))
            {
                open.Push((child, span, host, delta));
            }
        }
    }

    private bool Know(ShownSpan span)
    {
        var first = _spans.TryAdd(span.SpanId, span);

        if (!first)
        {
            span.Warn("duplicate span IDs; skipping clock skew adjustment");
        }

        return first;
    }

    private List<ShownSpan> Children(SpanId parent)
    {
        if (!_children.TryGetValue(parent, out var children))
        {
            _children.Add(parent, children = []);
        }

        return children;
    }

    private string Host(ShownSpan span)
    {
        if (!_hosts.TryGetValue(span.Span.Resource, out var host))
        {
            _hosts.Add(span.Span.Resource, host = HostIn(span.Span.Resource.Attributes));
        }

        return host;
    }

    private static string HostIn(SpanAttribute[] attributes)
    {
        foreach (var key in (string[])["host.id", "host.ip", "host.name"])
        {
            switch (Array.Find(attributes, attribute => attribute.Key == key).Value)
            {
                case { Kind: AttributeKind.Text } text:
                    return text.Text;
                case { Kind: AttributeKind.Array, Items: [var first, ..] }:
                    return first.ToString();
            }
        }

        return "";
    }

    /// <summary>By how much the child is to be moved, in nanoseconds; its parent already is.</summary>
    private static long Delta(ShownSpan child, ShownSpan parent)
    {
        var late = (long)parent.StartNanos - (long)child.StartNanos;
        var spare = (long)(parent.EndNanos - parent.StartNanos) - (long)(child.EndNanos - child.StartNanos);

        if (spare < 0)
        {
            // It outlasts its parent, so it can only be made to begin no earlier.
            return Math.Max(late, 0);
        }

        // The way there is taken to be as long as the way back.
        return late <= 0 && child.EndNanos <= parent.EndNanos ? 0 : late + (spare / 2);
    }

    private void Shift(ShownSpan span, long delta)
    {
        if (delta == 0)
        {
            return;
        }

        var calculated = GoDuration.Text(delta);

        if (delta <= _most && delta >= -_most)
        {
            span.Shift(delta);
            span.Warn($"This span's timestamps were adjusted by {calculated}");
        }
        else if (_most == 0)
        {
            span.Warn($"clock skew adjustment disabled; not applying calculated delta of {calculated}");
        }
        else
        {
            span.Warn($"max clock skew adjustment delta of {GoDuration.Text(_most)} exceeded; not applying calculated delta of {calculated}");
        }
    }
}
