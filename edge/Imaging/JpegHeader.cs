using System.Buffers.Binary;

namespace InferenceTracing.Imaging;

/// <summary>
/// Walks the markers of a JPEG (ITU-T T.81, annex B) from start to end of image. Entropy-coded data is stepped over, which is cheap and
/// tells how many scans there are and whether the file is complete.
/// </summary>
internal ref struct JpegHeader
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte App1 = 0xE1;
    private const byte Temporary = 0x01;
    private const int Inks = 4;

    private readonly ReadOnlySpan<byte> _file;
    private int _position;
    private int _width;
    private int _height;
    private long _coefficientBytes;
    private bool _progressive;
    private int _components;
    private int _scans;
    private bool _interleaved;
    private int _orientation;
    private bool _endMissing;

    private JpegHeader(ReadOnlySpan<byte> file)
    {
        _file = file;
        _position = 2;
    }

    /// <summary>The first bytes of every JPEG.</summary>
    public static ReadOnlySpan<byte> Signature => [0xFF, StartOfImage, 0xFF];

    /// <summary>The header of a file that begins with <see cref="Signature"/>.</summary>
    /// <exception cref="ImageRejectedException">415: not 8-bit Huffman-coded; 422: truncated or damaged.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        var header = new JpegHeader(file);
        header.Walk();
        return header.Finish();
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool IsRestart(byte marker) => marker is >= 0xD0 and <= 0xD7;

    private readonly ImageHeader Finish()
    {
        if (_width == 0 || _scans == 0)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Jpeg);
        }

        // Only a picture in one scan, which has all components, can be decoded row by row.
        var held = _progressive || _scans > 1 || !_interleaved ? _coefficientBytes : 0;
        var orientation = _orientation == 0 ? ExifOrientation.Upright : _orientation;
        return new ImageHeader(ImageFormat.Jpeg, _width, _height, orientation, Frames: 1, _scans, held + (_endMissing ? _file.Length : 0))
        {
            IsCmyk = _components == Inks,
            EndIsMissing = _endMissing,
        };
    }

    private void Walk()
    {
        for (var marker = NextMarker(); marker != EndOfImage; marker = NextMarker())
        {
            if (IsRestart(marker) || marker == Temporary)
            {
                continue;
            }

            if (marker == StartOfImage)
            {
                throw ImageRejectedException.Damaged(ImageFormat.Jpeg);
            }

            var segment = Segment();
            if (IsFrame(marker))
            {
                Frame(marker, segment);
            }
            else if (marker == App1 && _orientation == 0 && segment.StartsWith("Exif\0\0"u8))
            {
                _orientation = ExifOrientation.Read(segment);
            }
            else if (marker == StartOfScan)
            {
                _scans++;
                _interleaved = segment.Length > 0 && segment[0] == _components;
            }
        }
    }

    /// <summary>Moves behind the next marker. In entropy-coded data FF 00 stands for a byte FF, and FF FF is filling.</summary>
    private byte NextMarker()
    {
        while (true)
        {
            var next = _file[_position..].IndexOf((byte)0xFF);
            if (next < 0 || _position + next + 1 >= _file.Length)
            {
                // Behind a scan it may be whole but for its last marker, as some cameras write it: the codec sees what is there.
                _endMissing = _scans > 0;
                return _endMissing ? EndOfImage : throw ImageRejectedException.EndsEarly(ImageFormat.Jpeg);
            }

            var marker = _file[_position + next + 1];
            _position += next + (marker == 0xFF ? 1 : 2);
            if (marker is not (0x00 or 0xFF))
            {
                return marker;
            }
        }
    }

    private ReadOnlySpan<byte> Segment()
    {
        if (_position + 2 > _file.Length)
        {
            throw ImageRejectedException.EndsEarly(ImageFormat.Jpeg);
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(_file[_position..]);
        if (length < 2)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Jpeg);
        }

        if (_position + length > _file.Length)
        {
            throw ImageRejectedException.EndsEarly(ImageFormat.Jpeg);
        }

        var segment = _file.Slice(_position + 2, length - 2);
        _position += length;
        return segment;
    }

    private void Frame(byte marker, ReadOnlySpan<byte> segment)
    {
        // SOF0, 1 and 2: baseline, extended and progressive, Huffman coded. The rest is lossless, hierarchical or arithmetic.
        if (marker > 0xC2)
        {
            throw ImageRejectedException.UnsupportedKind(ImageFormat.Jpeg, "Lossless, hierarchical and arithmetic-coded");
        }

        if (segment.Length < 6 || segment.Length < 6 + (3 * segment[5]) || _width != 0)
        {
            throw ImageRejectedException.Damaged(ImageFormat.Jpeg);
        }

        if (segment[0] != 8 || segment[5] is not (1 or 3 or 4))
        {
            throw ImageRejectedException.UnsupportedKind(ImageFormat.Jpeg, "12-bit and two-component");
        }

        _progressive = marker == 0xC2;
        _height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        _width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        _components = segment[5];
        if (_width == 0 || _height == 0)
        {
            // A height of 0 announces it after the first scan (DNL), which no decoder of note reads.
            throw ImageRejectedException.Damaged(ImageFormat.Jpeg);
        }

        _coefficientBytes = CoefficientBytes(segment[6..]);
    }

    /// <summary>Two bytes for each coefficient of each component, whose sampling factors are the nibbles of its second byte.</summary>
    private readonly long CoefficientBytes(ReadOnlySpan<byte> components)
    {
        int horizontal = 1, vertical = 1;
        for (var c = 0; c < _components; c++)
        {
            horizontal = Math.Max(horizontal, components[(3 * c) + 1] >> 4);
            vertical = Math.Max(vertical, components[(3 * c) + 1] & 15);
        }

        var units = (long)((_width + (8 * horizontal) - 1) / (8 * horizontal)) * ((_height + (8 * vertical) - 1) / (8 * vertical));
        long bytes = 0;
        for (var c = 0; c < _components; c++)
        {
            bytes += units * (components[(3 * c) + 1] >> 4) * (components[(3 * c) + 1] & 15) * 64 * sizeof(short);
        }

        return bytes;
    }
}
