using InferenceTracing.Preprocessing.Imaging;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace InferenceTracing.Preprocessing.Upload;

/// <summary>Takes the photograph out of a request: the body itself, or the part <c>file</c> of a multipart form.</summary>
internal sealed class UploadReader(IOptions<ImageOptions> limits)
{
    /// <summary>Bytes a form adds to the file it carries: boundaries, part headers and small other fields.</summary>
    public const int FormBytes = 64 * 1024;

    private const string Field = "file";
    private const int MaxBoundaryLength = 128;

    private readonly int _maxBytes = limits.Value.MaxBytes;

    /// <summary>The file's bytes; the caller disposes them.</summary>
    /// <exception cref="ImageRejectedException">Too long (413), no such part, or cut off (400).</exception>
    public async Task<PooledBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > _maxBytes + FormBytes)
        {
            throw TooLarge();
        }

        try
        {
            var file = await FileAsync(request, cancellationToken).ConfigureAwait(false);
            return await PooledBody.ReadAsync(file, _maxBytes, cancellationToken).ConfigureAwait(false) ?? throw TooLarge();
        }
        catch (BadHttpRequestException refusal) when (refusal.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            // A body that is cut off, or a form that ends before its closing boundary.
            throw Broken(broken);
        }
    }

    private static async Task<Stream> FileAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return request.Body;
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;

        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundaryLength)
        {
            throw new ImageRejectedException("multipart_malformed", "The multipart body has no usable boundary.", StatusCodes.Status400BadRequest);
        }

        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8 * 1024 };

        while (await reader.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && HeaderUtilities.RemoveQuotes(disposition.Name) == Field)
            {
                return section.Body;
            }
        }

        throw new ImageRejectedException("file_missing", $"The form has no part named '{Field}'.", StatusCodes.Status400BadRequest);
    }

    private ImageRejectedException TooLarge() =>
        new(ImageRejectedException.TooLarge, $"The file is longer than the {_maxBytes} bytes that are taken.", StatusCodes.Status413PayloadTooLarge);

    // In its own words: the library's repeat what it could not read, which may be a file's name or a piece of the picture.
    private static ImageRejectedException Broken(Exception failure) =>
        new("upload_broken", "The upload ends too early, or its form is malformed.", StatusCodes.Status400BadRequest, failure);
}
