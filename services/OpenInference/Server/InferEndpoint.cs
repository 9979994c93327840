using System.Diagnostics;
using System.Globalization;
using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace InferenceTracing.OpenInference.Server;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>: read, ask the model, answer; a failure is said in answer, span and log.</summary>
internal sealed class InferEndpoint(ModelCalls calls)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (InferenceException refusal) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var model = calls.Resolve(context.GetRouteValue("model") as string, context.GetRouteValue("version") as string);
        var deadline = calls.ReadDeadline(context.Request.Headers[Deadline.Header]);
        using var source = deadline.Link(context.RequestAborted);

        try
        {
            var (header, images) = await RequestReader.ReadAsync(context.Request, calls.Options.MaxBatch, source.Token).ConfigureAwait(false);

            using (images)
            {
                var prediction = await calls.AskAsync(images, deadline, source.Token).ConfigureAwait(false);
                // An answer that is there is sent: cut off by the deadline it would be followed by the refusal, in one body.
                await AnswerWriter.WriteAsync(context.Response, header, model.Metadata, prediction, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException late) when (!context.RequestAborted.IsCancellationRequested && source.IsCancellationRequested)
        {
            throw InferenceException.TooLate(deadline.Budget, late);
        }
    }

    /// <summary>Answers a refusal as v2 has it, <c>{"error": …}</c> with its status.</summary>
    public Task RefuseAsync(HttpContext context, InferenceException refusal)
    {
        calls.Report(context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current, refusal);

        var response = context.Response;
        response.Clear();
        response.StatusCode = refusal.Status;
        response.Headers[ErrorType.Header] = refusal.Reason;

        if (refusal.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Status == StatusCodes.Status415UnsupportedMediaType)
        {
            // RFC 9110, 12.5.3: what would be taken.
            response.Headers.AcceptEncoding = ContentCoding.Understood;
        }

        return response.WriteAsJsonAsync(new ErrorBody(refusal.Message), options: null, WireHeaders.Json, context.RequestAborted);
    }
}
