using System.Globalization;
using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>A store with traces to look at, and pages of it.</summary>
internal static class ShownTraces
{
    /// <summary>The milliseconds since <see cref="OtlpBytes.Epoch"/>.</summary>
    public static ulong Now => (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (OtlpBytes.Epoch / 1_000_000);

    /// <summary>
    /// A photograph's way: the edge (100 ms) asks the gateway (10 to 90 ms), which asks two models; the slow one ends last. All times but the
    /// first's beginning grow with <paramref name="factor"/>.
    /// </summary>
    public static async Task SendPhotographAsync(this RunningStore store, int trace, ulong factor = 1, ulong start = 0)
    {
        OtlpBytes Span(int id, int? parent, string name, ulong from, ulong millis, int kind = 2, params (string, string)[] tags) => OtlpBytes.Span(
            Ids.Trace(trace), Ids.Span(id), parent is null ? null : Ids.Span(parent.Value), name, kind, start + (from * factor), millis * factor, tags);

        await store.SendAsync(OtlpBytes.Request(
            "edge",
            Span(1, null, "POST /preprocessing", 0, 100, 2, ("http.response.status_code", "200"), ("image.format", "png")),
            Span(2, 1, "image.preprocess", 0, 8, 1, ("image.width", "640"))));
        await store.SendAsync(OtlpBytes.Request("gateway", Span(3, 1, "infer", 10, 80)));
        await store.SendAsync(OtlpBytes.Request("quick", Span(4, 3, "run", 20, 20)));
        await store.SendAsync(OtlpBytes.Request("slow", Span(5, 3, "run", 20, 60)));
    }

    /// <summary>A root and its children, ten milliseconds each, one after the other in groups of ten.</summary>
    public static Task SendManyAsync(this RunningStore store, int trace, int count) => store.SendAsync(OtlpBytes.Request("many",
    [
        OtlpBytes.Span(Ids.Trace(trace), Ids.Span(1), null, "root", millis: (ulong)count * 10),
        .. Enumerable.Range(2, count - 1).Select(id => OtlpBytes.Span(
            Ids.Trace(trace), Ids.Span(id), Ids.Span(id % 10 == 2 ? 1 : ((id - 2) / 10 * 10) + 2), Invariant($"step {id % 7}"),
            startMillis: (ulong)id * 10, tags: [("number", Invariant($"no. {id}"))])),
    ]));

    public static async Task SendAsync(this RunningStore store, byte[] request)
    {
        using var answer = await store.ExportAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    public static Task<IPage> OpenAsync(
        this Browser browser, RunningStore store, string path, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light) =>
        browser.OpenAsync(new Uri(store.Ui, path), width, height, scheme);

    public static ILocator Rows(this IPage page) => page.GetByRole(AriaRole.Treegrid).GetByRole(AriaRole.Row);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
