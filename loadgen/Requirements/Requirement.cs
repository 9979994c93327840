using System.Globalization;
using System.Text.RegularExpressions;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Traces;

namespace InferenceTracing.LoadGenerator.Requirements;

/// <summary>A line the run must hold: <c>p95&lt;150ms</c>, <c>errors&lt;0.1%</c>, <c>rate&gt;50</c>, <c>traces&gt;=100%</c>.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Metric">What is measured.</param>
/// <param name="Comparison"><c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
/// <param name="Limit">Milliseconds, a share, or requests a second.</param>
internal sealed partial record Requirement(string Text, string Metric, string Comparison, double Limit)
{
    /// <exception cref="UsageException">It is none.</exception>
    public static Requirement Parse(string text)
    {
        var match = Form().Match(text);

        if (!match.Success)
        {
            throw new UsageException($"require: '{text}' is none: write for example \"p95<150ms\", \"errors<0.1%\" or \"rate>50\".");
        }

        var metric = match.Groups["metric"].Value.ToLowerInvariant();
        var value = match.Groups["value"].Value;

        var limit = metric switch
        {
            "rate" => QuantityText.Rate(value),
            "errors" or "degraded" or "traces" => QuantityText.Share(value),
            "mean" or "min" or "max" => QuantityText.Duration(value).TotalMilliseconds,
            ['p', .. var percent] when double.TryParse(percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var p) && p is >= 0 and <= 100 =>
                QuantityText.Duration(value).TotalMilliseconds,
            _ => throw new UsageException($"require: '{metric}' is not measured; there are p50, p95, p99.9 and so on, mean, min, max, errors, degraded, rate and traces."),
        };

        return new Requirement(text, metric, match.Groups["comparison"].Value, limit);
    }

    /// <summary>What was measured against it.</summary>
    public RequirementResult Check(Measured measured, TraceReport? traces)
    {
        double? value = Metric switch
        {
            "rate" => measured.AnsweredPerSecond,
            "errors" => measured.ErrorShare,
            "degraded" => measured.DegradedShare,
            "traces" => traces?.CompleteShare,
            "mean" => Milliseconds(measured, measured.Latency.Mean),
            "min" => Milliseconds(measured, measured.Latency.Min),
            "max" => Milliseconds(measured, measured.Latency.Max),
            _ => Milliseconds(measured, measured.Latency.Percentile(double.Parse(Metric.AsSpan(1), CultureInfo.InvariantCulture))),
        };

        // What could not be measured is not met.
        var met = value is { } number && Comparison switch
        {
            "<" => number < Limit,
            "<=" => number <= Limit,
            ">" => number > Limit,
            _ => number >= Limit,
        };

        return new RequirementResult(Text, value is { } known ? Format(known) : "not measured", met, Metric, Limit);
    }

    private static double? Milliseconds(Measured measured, TimeSpan value) => measured.Latency.Count == 0 ? null : value.TotalMilliseconds;

    private string Format(double value) => Metric switch
    {
        "rate" => string.Create(CultureInfo.InvariantCulture, $"{value:0.0}/s"),
        "errors" or "degraded" or "traces" => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.###}%"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}ms"),
    };

    [GeneratedRegex("^(?<metric>[A-Za-z]+[0-9.]*) *(?<comparison><=|>=|<|>) *(?<value>[0-9.]+ *[a-zµ%]*)$")]
    private static partial Regex Form();
}

/// <summary>A requirement after the run.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Measured">What was measured, with its unit.</param>
/// <param name="Met">Whether it holds.</param>
/// <param name="Metric">What is measured, for the line in the chart that shows it.</param>
/// <param name="Limit">Milliseconds, a share (0 … 1), or requests a second.</param>
internal sealed record RequirementResult(string Text, string Measured, bool Met, string Metric, double Limit);
