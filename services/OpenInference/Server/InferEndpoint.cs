using System.Diagnostics;
using System.Globalization;
using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.OpenInference.Server;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>: read, ask the model, answer; a failure is said in answer, span and log.</summary>
internal sealed class InferEndpoint(OpenInferenceOptions options, TimeProvider clock, ILogger logger)
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
        var model = OpenInferenceEndpoints.Resolve(context);

        if (!Deadline.TryRead(context.Request.Headers[Deadline.Header], options.LongestDeadline, clock, out var deadline))
        {
            throw InferenceException.InvalidDeadline();
        }

        if (deadline.HasPassed)
        {
            throw InferenceException.TooLate(deadline.Budget);
        }

        using var source = deadline.Link(context.RequestAborted);

        try
        {
            var (header, images) = await RequestReader.ReadAsync(context.Request, options.MaxBatch, source.Token).ConfigureAwait(false);

            using (images)
            {
                var prediction = await model.InferAsync(images, deadline, source.Token).ConfigureAwait(false);
                // An answer that is there is sent: cut off by the deadline it would be followed by the refusal, in one body.
                await AnswerWriter.WriteAsync(context.Response, header, model.Metadata, prediction, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException late) when (!context.RequestAborted.IsCancellationRequested && source.IsCancellationRequested)
        {
            throw InferenceException.TooLate(deadline.Budget, late);
        }
    }

    private Task RefuseAsync(HttpContext context, InferenceException refusal)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;

        if (refusal.Status >= StatusCodes.Status500InternalServerError)
        {
            Telemetry.Fail(span, refusal.Reason, refusal.Message);
            Log.Failed(logger, refusal.Reason, refusal.Message, refusal.InnerException);
        }
        else
        {
            span?.SetTag("error.type", refusal.Reason);
            Log.Refused(logger, refusal.Reason, refusal.Message);
        }

        var response = context.Response;
        response.Clear();
        response.StatusCode = refusal.Status;

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
