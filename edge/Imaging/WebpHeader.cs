using System.Buffers.Binary;

namespace InferenceTracing.Imaging;

/// <summary>Walks the chunks of a WebP (RFC 9649): VP8 is lossy, VP8L lossless, VP8X announces alpha, EXIF and animation.</summary>
internal ref struct WebpHeader
{
    private const int RiffBytes = 12;
    private const int ChunkOverhead = 8;
    private const int MinLosslessBytes = 5;
    private const int MinLossyBytes = 10;

    private int _width;
    private int _height;
    private bool _extended;
    private bool _lossless;
    private bool _alpha;
    private bool _hasPixels;
    private int _frames;
    private int _orientation;

    /// <summary>The header of a file that begins with <c>RIFF????WEBP</c>.</summary>
    /// <exception cref="ImageRejectedException">422: truncated or damaged.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        var riff = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (riff + 8L > file.Length)
        {
            throw ImageRejectedException.EndsEarly(ImageFormat.Webp);
        }

        if (riff < 4)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Webp);
        }

        var header = default(WebpHeader);
        header.Walk(file[RiffBytes..(int)(riff + 8)]);
        return header.Finish();
    }

    private readonly ImageHeader Finish()
    {
        if (_width == 0 || !_hasPixels)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Webp);
        }

        // Lossless data is decoded whole, 4 bytes a pixel, before it is shrunk; lossy data is shrunk row by row, its alpha plane is not.
        var shrink = CropGeometry.ShrinkOnLoad(_width, _height);
        var pixels = (long)_width * _height;
        var held = (_lossless ? 4 * pixels : _alpha ? 2 * pixels : 0) + (4 * pixels / (shrink * shrink));
        var orientation = _orientation == 0 ? ExifOrientation.Upright : _orientation;
        return new ImageHeader(ImageFormat.Webp, _width, _height, orientation, Math.Max(_frames, 1), Scans: 1, held);
    }

    private void Walk(ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= ChunkOverhead)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > rest.Length - ChunkOverhead)
            {
                throw ImageRejectedException.EndsEarly(ImageFormat.Webp);
            }

            Chunk(rest[..4], rest.Slice(ChunkOverhead, (int)length));

            // Chunks of odd length are followed by one byte of filling, which the last one may lack.
            rest = rest[Math.Min(rest.Length, ChunkOverhead + (int)length + (int)(length & 1))..];
        }
    }

    private void Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (type.SequenceEqual("VP8X"u8) && data.Length >= 10)
        {
            if (_extended || _hasPixels)
            {
                throw ImageRejectedException.Damaged(ImageFormat.Webp);
            }

            _extended = true;
            _width = UInt24(data[4..]) + 1;
            _height = UInt24(data[7..]) + 1;
        }
        else if (type.SequenceEqual("VP8 "u8))
        {
            Lossy(data);
        }
        else if (type.SequenceEqual("VP8L"u8))
        {
            Lossless(data);
        }
        else if (type.SequenceEqual("ALPH"u8))
        {
            _alpha = true;
        }
        else if (type.SequenceEqual("ANMF"u8))
        {
            // A frame may be coded either way: the dearer one counts.
            _frames++;
            _lossless = _hasPixels = true;
        }
        else if (type.SequenceEqual("EXIF"u8) && _orientation == 0)
        {
            _orientation = ExifOrientation.Read(data);
        }
    }

    /// <summary>RFC 6386, 9.1: a key frame, its start code, then 14 bits of width and of height.</summary>
    private void Lossy(ReadOnlySpan<byte> data)
    {
        if (data.Length < MinLossyBytes || (data[0] & 1) != 0 || !data[3..6].SequenceEqual<byte>([0x9D, 0x01, 0x2A]))
        {
            throw ImageRejectedException.Damaged(ImageFormat.Webp);
        }

        Pixels(BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
    }

    /// <summary>RFC 9649, 3.4: a signature, then 14 bits of width - 1 and of height - 1.</summary>
    private void Lossless(ReadOnlySpan<byte> data)
    {
        if (data.Length < MinLosslessBytes || data[0] != 0x2F)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Webp);
        }

        var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
        _lossless = true;
        Pixels((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
    }

    private void Pixels(int width, int height)
    {
        // One picture a file, and of the size of the canvas that VP8X announces.
        if (_hasPixels || width == 0 || height == 0 || (_extended && (width != _width || height != _height)))
        {
            throw ImageRejectedException.Damaged(ImageFormat.Webp);
        }

        (_width, _height, _hasPixels) = (width, height, true);
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
