using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using InferenceTracing.OpenInference.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace InferenceTracing.OpenInference.Server;

/// <summary>Reads an inference request off the connection: binary pixels go straight from its buffers into the pooled tensor.</summary>
internal static class RequestReader
{
    /// <summary>Room for a JSON number, its comma and some indentation.</summary>
    private const int JsonBytesPerValue = 8;

    /// <summary>Most bytes of a request, whichever way it is sent, packed or not.</summary>
    public static long Limit(int maxBatch) => WireHeaders.LongestJson + ((long)maxBatch * PixelTensor.BytesPerImage * JsonBytesPerValue);

    /// <summary>The request's header and its images, which the caller disposes.</summary>
    /// <exception cref="InferenceException">400, 413, 415, 422.</exception>
    public static async Task<(RequestHeader Header, PixelTensor Images)> ReadAsync(
        HttpRequest request, int maxBatch, CancellationToken cancellationToken)
    {
        var limit = Limit(maxBatch);

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        var unpacked = ContentCoding.Unpack(request);
        var body = unpacked ?? request.BodyReader;

        try
        {
            return JsonLength(request) is { } length
                ? await ReadBinaryAsync(body, unpacked is null ? request.ContentLength : null, length, maxBatch, cancellationToken).ConfigureAwait(false)
                : await ReadJsonAsync(body, limit, maxBatch, cancellationToken).ConfigureAwait(false);
        }
        catch (BadHttpRequestException refused)
        {
            throw refused.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? InferenceException.TooLarge($"The request is larger than {limit} bytes.", refused)
                : InferenceException.Malformed("The request's body ended early.", refused);
        }
        catch (InvalidDataException damaged)
        {
            throw InferenceException.Malformed("The body is not compressed as its Content-Encoding says.", damaged);
        }
        finally
        {
            if (unpacked is not null)
            {
                await unpacked.CompleteAsync().ConfigureAwait(false);
            }
        }
    }

    private static int? JsonLength(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(WireHeaders.JsonLength, out var value))
        {
            return null;
        }

        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw InferenceException.Malformed($"{WireHeaders.JsonLength} must be a whole number of bytes.");
        }

        return length <= WireHeaders.LongestJson
            ? length
            : throw InferenceException.TooLarge($"{WireHeaders.JsonLength} must be at most {WireHeaders.LongestJson}.");
    }

    private static async Task<(RequestHeader, PixelTensor)> ReadBinaryAsync(
        PipeReader body, long? contentLength, int jsonLength, int maxBatch, CancellationToken cancellationToken)
    {
        var header = jsonLength == 0
            ? RequestHeader.Raw()
            : await ReadHeaderAsync(body, jsonLength, cancellationToken).ConfigureAwait(false);

        CheckCount(header, maxBatch);

        if (header.BinarySize is not { } size)
        {
            // A JSON tensor behind the header that announces a binary one: small enough to fit is too small to be an image.
            throw InferenceException.Malformed($"With {WireHeaders.JsonLength} the input needs parameters.binary_data_size.");
        }

        if (contentLength is { } length && length != jsonLength + size)
        {
            throw InferenceException.Malformed($"The body must have {jsonLength + size} bytes, not {length}.");
        }

        var images = PixelTensor.Rent(header.Count);

        try
        {
            await ReadPixelsAsync(body, new TensorFiller(images, header.Form), cancellationToken).ConfigureAwait(false);
            return (header, images);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private static async Task<RequestHeader> ReadHeaderAsync(PipeReader body, int length, CancellationToken cancellationToken)
    {
        var read = await body.ReadAtLeastAsync(length, cancellationToken).ConfigureAwait(false);

        if (read.Buffer.Length < length)
        {
            body.AdvanceTo(read.Buffer.End);
            throw InferenceException.Malformed($"The body ends before the {length} bytes of JSON that {WireHeaders.JsonLength} announces.");
        }

        var json = read.Buffer.Slice(0, length);

        try
        {
            return RequestHeader.Parse(json);
        }
        finally
        {
            body.AdvanceTo(json.End);
        }
    }

    private static async Task ReadPixelsAsync(PipeReader body, TensorFiller filler, CancellationToken cancellationToken)
    {
        bool more;

        do
        {
            var read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);

            try
            {
                filler.Add(read.Buffer);
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }

            more = !read.IsCompleted;
        }
        while (more);

        filler.Complete();
    }

    private static async Task<(RequestHeader, PixelTensor)> ReadJsonAsync(
        PipeReader body, long limit, int maxBatch, CancellationToken cancellationToken)
    {
        var read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);

        // The shape may follow the data, so the text is held, in the connection's own pooled segments, until it is all here.
        while (!read.IsCompleted && read.Buffer.Length <= limit)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return ReadJson(read.Buffer, limit, maxBatch);
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    private static (RequestHeader, PixelTensor) ReadJson(in ReadOnlySequence<byte> text, long limit, int maxBatch)
    {
        if (text.Length > limit)
        {
            throw InferenceException.TooLarge($"The request is larger than {limit} bytes.");
        }

        var header = RequestHeader.Parse(text);
        CheckCount(header, maxBatch);

        if (header.DataOffset is not { } offset)
        {
            throw InferenceException.Malformed($"A binary tensor needs the header {WireHeaders.JsonLength}.");
        }

        var images = PixelTensor.Rent(header.Count);

        try
        {
            JsonPixels.Read(text.Slice(offset), images, header.Form);
            return (header, images);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private static void CheckCount(RequestHeader header, int maxBatch)
    {
        if (header.Count > maxBatch)
        {
            throw InferenceException.TooLarge($"A request may have {maxBatch} images at most, not {header.Count}.");
        }
    }
}
