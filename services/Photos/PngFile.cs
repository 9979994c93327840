using System.Buffers.Binary;
using System.IO.Compression;

namespace InferenceTracing.Photos;

/// <summary>Writes RGB pixels as a PNG (ISO/IEC 15948): signature, IHDR, one IDAT with unfiltered rows, IEND.</summary>
public static class PngFile
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    /// <param name="rgb"><paramref name="width"/> × <paramref name="height"/> × 3 bytes, row by row.</param>
    public static byte[] Write(ReadOnlySpan<byte> rgb, int width, int height)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // 8 bits a sample, colour type 2 (RGB), the one compression and filter method there is, not interlaced.
        header[8] = 8;
        header[9] = 2;

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        file.Write(Chunk("IHDR"u8, header));
        file.Write(Chunk("IDAT"u8, Compress(rgb, width * 3)));
        file.Write(Chunk("IEND"u8, []));
        return file.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> rgb, int stride)
    {
        using var data = new MemoryStream();

        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest))
        {
            for (; rgb.Length > 0; rgb = rgb[stride..])
            {
                zlib.WriteByte(0);
                zlib.Write(rgb[..stride]);
            }
        }

        return data.ToArray();
    }

    /// <summary>A chunk: its length, type, data and checksum.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Checksum(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>The checksum of a chunk's type and data (annex D).</summary>
    public static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;

        foreach (var value in data)
        {
            crc = CrcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint CrcOf(int value)
    {
        var crc = (uint)value;

        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        return crc;
    }
}
