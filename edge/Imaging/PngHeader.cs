using System.Buffers.Binary;

namespace InferenceTracing.Imaging;

/// <summary>Walks the chunks of a PNG (W3C PNG, third edition, sections 5 and 11) from IHDR to IEND; checksums are left to the codec.</summary>
internal static class PngHeader
{
    private const int ChunkOverhead = 12;

    // Deflate cannot do better than 1032 to 1 (258 bytes from 2 bits), and the codec takes no chunk that grows beyond 50 MiB.
    private const int MaxInflation = 1032;
    private const long MaxInflatedChunk = 50 * 1024 * 1024;

    /// <summary>The first bytes of every PNG.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The header of a file that begins with <see cref="Signature"/>.</summary>
    /// <exception cref="ImageRejectedException">422: truncated or damaged.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        ImageHeader? header = null;
        var hasPixels = false;
        var hasExif = false;

        for (var rest = file[Signature.Length..]; ;)
        {
            var (data, type) = Chunk(rest);
            rest = rest[(data.Length + ChunkOverhead)..];

            if (header is null)
            {
                header = type.SequenceEqual("IHDR"u8) ? Start(data) : throw ImageRejectedException.Damaged(ImageFormat.Png);
            }
            else if (type.SequenceEqual("IHDR"u8))
            {
                // A decoder may well believe the second.
                throw ImageRejectedException.Damaged(ImageFormat.Png);
            }
            else if (type.SequenceEqual("tRNS"u8))
            {
                header = header with { HasAlpha = true };
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                hasPixels = true;
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                return hasPixels ? header : throw ImageRejectedException.Damaged(ImageFormat.Png);
            }
            else if (type.SequenceEqual("eXIf"u8) && !hasExif)
            {
                hasExif = true;
                header = header with { Orientation = ExifOrientation.Read(data) };
            }
            else if (type.SequenceEqual("acTL"u8) && !hasPixels && data.Length >= 4)
            {
                var frames = BinaryPrimitives.ReadUInt32BigEndian(data);
                header = header with { Frames = (int)Math.Clamp(frames, 1, int.MaxValue) };
            }
            else if (type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8) || type.SequenceEqual("iCCP"u8))
            {
                var inflated = Math.Min((long)data.Length * MaxInflation, MaxInflatedChunk);
                header = header with { HeldBytes = header.HeldBytes + inflated };
            }
        }
    }

    private static PngChunk Chunk(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 8)
        {
            throw ImageRejectedException.EndsEarly(ImageFormat.Png);
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > int.MaxValue)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Png);
        }

        return length <= rest.Length - ChunkOverhead
            ? new PngChunk(rest.Slice(8, (int)length), rest.Slice(4, 4))
            : throw ImageRejectedException.EndsEarly(ImageFormat.Png);
    }

    private static ImageHeader Start(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Png);
        }

        var width = BinaryPrimitives.ReadUInt32BigEndian(data);
        var height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        var channels = (data[8], data[9]) switch
        {
            (1 or 2 or 4 or 8 or 16, 0) => 1,
            (8 or 16, 2) => 3,
            (1 or 2 or 4 or 8, 3) => 3,
            (8 or 16, 4) => 2,
            (8 or 16, 6) => 4,
            _ => throw ImageRejectedException.Damaged(ImageFormat.Png),
        };
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || data[12] > 1)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Png);
        }

        // An interlaced picture is spread over the whole file; transparency of a palette or one colour adds a channel. A product beyond
        // what a long holds is beyond MaxPixels too, which is checked first.
        var bytesPerPixel = (long)(channels is 1 or 3 ? channels + 1 : channels) * (data[8] == 16 ? 2 : 1);
        var interlaced = data[12] == 1;
        var held = interlaced ? unchecked((long)width * (long)height * bytesPerPixel) : 0;
        return new ImageHeader(ImageFormat.Png, (int)width, (int)height, ExifOrientation.Upright, Frames: 1, Scans: 1, held)
        {
            IsInterlaced = interlaced,
            ChainBytesPerPixel = (int)bytesPerPixel + (data[8] == 16 ? channels : 0) + (channels is 2 or 4 ? channels - 1 : channels),
            HasAlpha = channels is 2 or 4,
        };
    }

    private readonly ref struct PngChunk(ReadOnlySpan<byte> data, ReadOnlySpan<byte> type)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private readonly ReadOnlySpan<byte> _type = type;

        public void Deconstruct(out ReadOnlySpan<byte> data, out ReadOnlySpan<byte> type)
        {
            data = _data;
            type = _type;
        }
    }
}
