using System.Globalization;
using System.Text.RegularExpressions;
using InferenceTracing.TraceStore.Jaeger;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary>
/// Conditions on one span, written <c>key=value key!=value key>1 key&lt;10 key~part key="two words"</c>; all of them hold for a span that fits. The
/// keys are tags, and <c>name</c> and <c>duration</c>. A span without the key fits none of its conditions, <c>!=</c> neither.
/// </summary>
internal sealed partial class SpanFilter
{
    private const string Duration = "duration";

    private readonly List<Condition> _conditions = [];

    /// <summary>Those that the store can look for by itself.</summary>
    public IEnumerable<KeyValuePair<string, string>> Tags =>
        _conditions.Where(condition => condition is { Sign: "=", Key: not (SpanFields.Name or Duration) })
            .DistinctBy(condition => condition.Key)
            .Select(condition => KeyValuePair.Create(condition.Key, condition.Value));

    /// <summary>What a span has to last at least.</summary>
    public ulong LeastNanos =>
        (ulong)_conditions.Where(condition => condition is { Key: Duration, Sign: ">" or ">=" }).Select(condition => condition.Number).DefaultIfEmpty(0).Max();

    /// <exception cref="QueryException">It is not such a text; the exception says from where on.</exception>
    public static SpanFilter Parse(string text)
    {
        var filter = new SpanFilter();

        for (var at = 0; text.AsSpan(at).Trim().Length > 0;)
        {
            var found = ConditionPattern().Match(text, at);

            if (!found.Success)
            {
                throw QueryException.Bad($"filter: key=value, key!=value, key>1, key<10 or key~part is expected, not '{text[at..].Trim()}'");
            }

            var value = found.Groups["quoted"] is { Success: true } quoted ? quoted.Value : found.Groups["plain"].Value;
            filter._conditions.Add(Condition.Of(found.Groups["key"].Value, found.Groups["sign"].Value, value));
            at += found.Length;
        }

        return filter;
    }

    public bool Fits(Span span) => _conditions.TrueForAll(condition => condition.Fits(span));

    [GeneratedRegex("""\G\s*(?<key>[^\s=!<>~"]+)(?<sign>!=|>=|<=|[=<>~])(?:"(?<quoted>[^"]*)"|(?<plain>[^\s"=!<>~]\S*))(?=\s|$)""")]
    private static partial Regex ConditionPattern();

    private sealed record Condition(string Key, string Sign, string Value, double Number)
    {
        public static Condition Of(string key, string sign, string value)
        {
            var number = double.NaN;

            if (key == Duration)
            {
                number = sign != "~" && GoDuration.TryParse(value, out var nanos)
                    ? nanos
                    : throw QueryException.Bad($"filter: a duration such as 1.5s or 250ms is expected, not '{key}{sign}{value}'");
            }
            else if (sign[0] is '<' or '>' && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            {
                throw QueryException.Bad($"filter: a number is expected behind {key}{sign}, not '{value}'");
            }

            return new Condition(key, sign, value, number);
        }

        public bool Fits(Span span)
        {
            if (Key == Duration)
            {
                return Compares(span.DurationNanos);
            }

            var values = SpanFields.Of(span, Key);
            return Sign switch
            {
                "=" => Key == SpanFields.Name ? span.Name == Value : SpanTags.Has(span, Key, Value),
                "!=" => values.ToList() is { Count: > 0 } all && !all.Contains(Value),
                "~" => values.Any(value => value.Contains(Value, StringComparison.OrdinalIgnoreCase)),
                _ => values.Any(value => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Compares(number)),
            };
        }

        private bool Compares(double number) => Sign switch
        {
            ">" => number > Number,
            ">=" => number >= Number,
            "<" => number < Number,
            "<=" => number <= Number,
            "!=" => number != Number,
            _ => number == Number,
        };
    }
}
