using System.Buffers.Binary;

namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>Puts an EXIF orientation into finished files, and builds chunks by hand.</summary>
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
    public static byte[] InPng(byte[] png, byte[] exif) => [.. png.AsSpan(0, 33), .. PngChunk("eXIf"u8, exif), .. png.AsSpan(33)];

    public static byte[] PngChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

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
            BinaryPrimitives.WriteUInt32BigEndian(chunk[^4..], Crc32(chunk[4..^4]));
            rest = rest[chunk.Length..];
        }
    }

    /// <summary>A simple lossy or lossless WebP, made extended so that it may carry EXIF.</summary>
    public static byte[] InWebp(byte[] webp, int width, int height, byte[] exif)
    {
        byte[] extended = [0x08, 0, 0, 0, .. UInt24(width - 1), .. UInt24(height - 1)];
        return Riff([.. RiffChunk("VP8X"u8, extended), .. webp.AsSpan(12), .. RiffChunk("EXIF"u8, exif)]);
    }

    public static byte[] Riff(ReadOnlySpan<byte> chunks)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, chunks.Length + 4);
        return [.. "RIFF"u8, .. size, .. "WEBP"u8, .. chunks];
    }

    public static byte[] RiffChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        byte[] chunk = [.. type, .. size, .. data];
        return data.Length % 2 == 0 ? chunk : [.. chunk, 0];
    }

    public static byte[] UInt24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];

    /// <summary>The checksum of PNG (W3C PNG, annex D), bit by bit.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
