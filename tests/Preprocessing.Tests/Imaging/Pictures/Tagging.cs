using System.Buffers.Binary;
using InferenceTracing.Photos;
using InferenceTracing.Photos.Crafted;

namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>Puts an EXIF orientation into finished files.</summary>
internal static class Tagging
{
    /// <summary>A TIFF structure with one entry, the orientation.</summary>
    public static byte[] Exif(int orientation, bool littleEndian = false)
    {
        byte low = (byte)orientation;
        return littleEndian
            ? [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, low, 0, 0, 0, 0, 0, 0, 0]
            : [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, low, 0, 0, 0, 0, 0, 0];
    }

    public static byte[] InJpeg(byte[] jpeg, byte[] exif)
    {
        byte[] content = [.. "Exif\0\0"u8, .. exif];
        var length = content.Length + 2;
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. content, .. jpeg.AsSpan(2)];
    }

    /// <summary>Behind IHDR, which ends at byte 33.</summary>
    public static byte[] InPng(byte[] png, byte[] exif) => [.. png.AsSpan(0, 33), .. PngFile.Chunk("eXIf"u8, exif), .. png.AsSpan(33)];

    /// <summary>Gives every chunk of <paramref name="png"/>, as far as they can be told apart, the checksum of what is in it.</summary>
    public static void RepairChecksums(Span<byte> png)
    {
        for (var rest = png[8..]; rest.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                return;
            }

            var chunk = rest[..((int)length + 12)];
            BinaryPrimitives.WriteUInt32BigEndian(chunk[^4..], PngFile.Checksum(chunk[4..^4]));
            rest = rest[chunk.Length..];
        }
    }

    /// <summary>A simple lossy or lossless WebP, made extended so that it may carry EXIF.</summary>
    public static byte[] InWebp(byte[] webp, int width, int height, byte[] exif)
    {
        byte[] extended = [0x08, 0, 0, 0, .. RiffFile.UInt24(width - 1), .. RiffFile.UInt24(height - 1)];
        return RiffFile.Write([.. RiffFile.Chunk("VP8X"u8, extended), .. webp.AsSpan(12), .. RiffFile.Chunk("EXIF"u8, exif)]);
    }
}
