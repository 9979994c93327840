using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>The report as files: <c>report.json</c> (everything), <c>report.csv</c> (the run over time), <c>report.html</c> (a page that needs nothing else).</summary>
internal static class ReportFiles
{
    /// <summary>Writes the three into a folder, and answers the page's path.</summary>
    public static string Write(LoadReport report, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "report.json"), Json(report));
        File.WriteAllText(Path.Combine(folder, "report.csv"), Csv(report));
        var page = Path.Combine(folder, "report.html");
        File.WriteAllText(page, Page(report));
        return page;
    }

    public static string Json(LoadReport report) => JsonSerializer.Serialize(report, ReportJson.Default.LoadReport);

    /// <summary>A row for each slice of time, RFC 4180.</summary>
    public static string Csv(LoadReport report)
    {
        var text = new StringBuilder("at_s,due_per_s,answered_per_s,degraded_per_s,failed_per_s,in_flight,p50_ms,p95_ms,p99_ms,max_ms\r\n");

        foreach (var row in report.Slices)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row.At},{row.Due},{row.Answered},{row.Degraded},{row.Failed},{row.InFlight},{row.P50},{row.P95},{row.P99},{row.Max}\r\n");
        }

        return text.ToString();
    }

    /// <summary>The page with its style, its script and the numbers in it.</summary>
    public static string Page(LoadReport report) => Resource("report.html")
        .Replace("/*style*/", Resource("report.css"), StringComparison.Ordinal)
        .Replace("/*charts*/", Resource("charts.js"), StringComparison.Ordinal)
        .Replace("/*script*/", Resource("report.js"), StringComparison.Ordinal)
        // The serializer escapes < and >, so that no name can end the script element.
        .Replace("/*report*/", Json(report), StringComparison.Ordinal);

    private static string Resource(string name)
    {
        using var stream = typeof(ReportFiles).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

[JsonSerializable(typeof(LoadReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class ReportJson : JsonSerializerContext;
