namespace InferenceTracing.Imaging;

/// <summary>What decodes a photograph.</summary>
internal enum ImageCodec
{
    /// <summary>SixLabors.ImageSharp: managed code, holds a picture whole.</summary>
    ImageSharp,

    /// <summary>libvips: native code, reads most pictures row by row.</summary>
    Libvips,
}

/// <summary>Which codec gets which file.</summary>
internal static class CodecTable
{
    /// <summary>What ImageSharp may hold for one picture, pixels and coefficients; 64 MiB are 22 megapixels of a camera's JPEG.</summary>
    public const long MaxImageSharpBytes = 64 * 1024 * 1024;

    /// <summary>What either takes beside the picture: tables, buffers, some rows.</summary>
    private const long CodecBytes = 24 * 1024 * 1024;

    /// <summary>
    /// The codec of a file where <paramref name="preferred"/> is set. ImageSharp gets what it is safe with: version 2.1.13 never returns from some
    /// damaged interlaced PNGs and takes a gigabyte for some WebPs of a few bytes; its CMYK was not held to the reference; and where a JPEG breaks off it
    /// goes on in gray, where libvips says so.
    /// </summary>
    public static ImageCodec For(ImageHeader header, ImageCodec preferred) => (preferred, header) switch
    {
        (ImageCodec.ImageSharp, { WholeBytes: > MaxImageSharpBytes }) => ImageCodec.Libvips,
        (ImageCodec.ImageSharp, { Format: ImageFormat.Jpeg, IsCmyk: false, EndIsMissing: false }) => ImageCodec.ImageSharp,
        (ImageCodec.ImageSharp, { Format: ImageFormat.Png, IsInterlaced: false }) => ImageCodec.ImageSharp,
        _ => ImageCodec.Libvips,
    };

    /// <summary>Bytes that decoding a file takes at most with <paramref name="codec"/>; measured over thousands of headers by DecodeMemoryTests.</summary>
    public static long MemoryOf(ImageHeader header, ImageCodec codec) =>
        CodecBytes + (codec == ImageCodec.ImageSharp ? header.WholeBytes : header.RowByRowBytes);

    /// <summary>The codec as settings and spans call it.</summary>
    public static string NameOf(ImageCodec codec) => codec == ImageCodec.ImageSharp ? "imagesharp" : "libvips";
}
