using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference.Client;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>
/// What was asked and what was answered, as text on the request's own span: a list of traces shows it without opening one. The names are those of the
/// OpenInference conventions (Arize-ai/openinference, spec/semantic_conventions.md), which MLflow reads; no pixel is in them.
/// </summary>
internal static class RequestSummary
{
    private const string Json = "application/json";

    public static void Asked(Activity? request, ImageHeader header, int bytes)
    {
        if (request is not { IsAllDataRequested: true })
        {
            return;
        }

        request.SetTag("image.format", header.Format)
            .SetTag("image.width", header.Width)
            .SetTag("image.height", header.Height)
            .SetTag("image.size", bytes)
            .SetTag("openinference.span.kind", "CHAIN")
            .SetTag("input.mime_type", Json)
            .SetTag("input.value", FormattableString.Invariant(
                $$"""{"format":"{{header.Format}}","width":{{header.Width}},"height":{{header.Height}},"size":{{bytes}}}"""));
    }

    public static void Answered(Activity? request, NamedClass answer)
    {
        if (request is { IsAllDataRequested: true })
        {
            request.SetTag("output.mime_type", Json).SetTag("output.value", FormattableString.Invariant(
                $$"""{"label":"{{JsonEncodedText.Encode(answer.Label)}}","probability":{{answer.Probability}}}"""));
        }
    }
}
