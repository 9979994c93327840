using System.Buffers.Binary;

namespace InferenceTracing.Imaging;

/// <summary>Finds the orientation in an EXIF block, which is a TIFF file without pixels (TIFF 6.0, section 2; Exif 2.32, 4.6.4).</summary>
internal static class ExifOrientation
{
    /// <summary>As stored: no turn, no mirror.</summary>
    public const int Upright = 1;

    private const int EntryBytes = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const ushort LongType = 4;

    /// <summary>The orientation, 1 … 8; 1 where <paramref name="tiff"/> has none, an invalid one, or is damaged: metadata never refuses a picture.</summary>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        // Some writers keep JPEG's prefix in PNG and WebP.
        if (tiff.StartsWith("Exif\0\0"u8))
        {
            tiff = tiff[6..];
        }

        var littleEndian = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || !(littleEndian || tiff.StartsWith("MM\0*"u8)))
        {
            return Upright;
        }

        var directory = UInt32(tiff[4..], littleEndian);
        if (directory > tiff.Length - 2)
        {
            return Upright;
        }

        var entries = tiff[(int)directory..];
        var count = UInt16(entries, littleEndian);
        entries = entries[2..];

        for (; count > 0 && entries.Length >= EntryBytes; count--, entries = entries[EntryBytes..])
        {
            if (UInt16(entries, littleEndian) != OrientationTag)
            {
                continue;
            }

            var value = UInt16(entries[2..], littleEndian) switch
            {
                ShortType => UInt16(entries[8..], littleEndian),
                LongType => UInt32(entries[8..], littleEndian),
                _ => 0u,
            };
            return value is >= 1 and <= 8 ? (int)value : Upright;
        }

        return Upright;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
