using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.Imaging;

/// <summary>
/// The section <c>Images</c> of the settings: the codec, and what a photograph may cost. All limits but <see cref="DecodeTimeout"/> are checked
/// from the header, before a single pixel is decoded. They are for one image: how many are decoded at once is the caller's to bound.
/// </summary>
internal sealed record ImageOptions
{
    public const string Section = "Images";

    /// <summary>
    /// <c>imagesharp</c>, which leaves to libvips what it is not safe with (<see cref="CodecTable"/>), or <c>libvips</c> for all files: up to
    /// 2.5 times faster on a camera's photographs (docs/performance.md, codec).
    /// </summary>
    [EnumDataType(typeof(ImageCodec))]
    public ImageCodec Codec { get; init; } = ImageCodec.ImageSharp;

    /// <summary>Size of the file in bytes; 32 MiB, above what a phone's camera writes.</summary>
    [Range(1, int.MaxValue)]
    public int MaxBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Width in pixels.</summary>
    [Range(1, 65535)]
    public int MaxWidth { get; init; } = 16384;

    /// <summary>Height in pixels.</summary>
    [Range(1, 65535)]
    public int MaxHeight { get; init; } = 16384;

    /// <summary>Width times height; 64 million, above the 48 megapixels that phones keep as one JPEG.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPixels { get; init; } = 64_000_000;

    /// <summary>The shorter side in pixels, at least; with fewer there is nothing to recognise.</summary>
    [Range(1, 65535)]
    public int MinSide { get; init; } = 8;

    /// <summary>Frames of an animation. One means that animations are refused; where more are allowed, the first is classified.</summary>
    [Range(1, int.MaxValue)]
    public int MaxFrames { get; init; } = 1;

    /// <summary>
    /// Scans of a JPEG, each a pass over the whole picture however few bytes it has. Encoders write up to 10 by default and seldom more
    /// than 20.
    /// </summary>
    [Range(1, 100)]
    public int MaxScans { get; init; } = 32;

    /// <summary>
    /// Pixels that a JPEG's scans pass over in all, scans times width times height: ten passes over the largest picture, which a file of 125 KB can ask for
    /// and which took two and a half to three seconds on a busy machine.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long MaxScannedPixels { get; init; } = 640_000_000;

    /// <summary>Bytes that decoding one file may take (<see cref="CodecTable.MemoryOf"/>); 384 MiB. See also the edge's <c>Preprocessing:MemoryBytes</c>.</summary>
    [Range(1, long.MaxValue)]
    public long MaxDecodeBytes { get; init; } = 384L * 1024 * 1024;

    /// <summary>Time one image may take to decode and resize; 5 s, a hundred times what a large photograph takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan DecodeTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
