using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

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
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", Compress(rgb, width * 3));
        Chunk(file, "IEND", []);
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

    private static void Chunk(MemoryStream file, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);

        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);

        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
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
